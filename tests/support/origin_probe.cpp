#include "tests/support/origin_probe.h"

#include <future>
#include <utility>

#include "engine/base/assert.h"

namespace freshet::test {

namespace {

constexpr auto kDeadline = std::chrono::seconds{10};

}  // namespace

OriginProbe::OriginProbe(OriginOptions options) {
  origin_ = std::make_unique<CurlOrigin>(loop_, gate, static_cast<Clock&>(*this),
                                         static_cast<Log&>(*this), std::move(options));
  on_loop([this] { origin_->set_events(this); });
}

OriginProbe::~OriginProbe() {
  on_loop([this] { origin_->stop(); });
  loop_.stop();
}

void OriginProbe::on_loop(std::function<void()> task) {
  std::promise<void> done;
  loop_.post([&] {
    task();
    done.set_value();
  });
  done.get_future().wait();
}

FetchOrder OriginProbe::order(std::string url, Bytes begin, std::optional<Bytes> end) {
  FetchOrder order;
  order.source = SourceId{1};
  order.origin.url = std::move(url);
  order.origin.proxy = "-";
  order.begin = begin;
  order.end = end;
  order.spool = kSpool;
  return order;
}

FetchId OriginProbe::start(FetchOrder order) {
  if (order.id == FetchId::none) order.id = FetchId{++last_};
  auto const id = order.id;
  {
    std::lock_guard const lock(mutex_);
    heard_[id];
  }
  loop_.post([this, order = std::move(order)] { origin_->fetch(order); });
  return id;
}

std::optional<OriginProbe::Outcome> OriginProbe::wait(FetchId fetch) {
  std::unique_lock lock(mutex_);
  auto& heard = heard_[fetch];
  if (!changed_.wait_for(lock, kDeadline, [&] { return heard.ended; })) return std::nullopt;
  return heard.outcome;
}

std::optional<OriginHead> OriginProbe::wait_for_head(FetchId fetch) {
  std::unique_lock lock(mutex_);
  auto& heard = heard_[fetch];
  changed_.wait_for(lock, kDeadline, [&] { return heard.outcome.head || heard.ended; });
  return heard.outcome.head;
}

OriginProbe::Outcome OriginProbe::run(FetchOrder order) {
  auto outcome = wait(start(std::move(order)));
  FRESHET_ASSERT(outcome.has_value());
  return *outcome;
}

Result<std::string> OriginProbe::document(OriginSpec origin, Bytes size_max) {
  std::promise<Result<std::string>> promise;
  loop_.post([&] {
    origin_->get_document(std::move(origin), size_max, [&](Result<Document> result) {
      promise.set_value(std::move(result).map([](Document document) { return document.bytes; }));
    });
  });
  return promise.get_future().get();
}

void OriginProbe::attach(FetchId fetch, SpoolId spool) {
  loop_.post([this, fetch, spool] { origin_->attach(fetch, spool); });
}
void OriginProbe::shorten(FetchId fetch, Bytes end) {
  loop_.post([this, fetch, end] { origin_->shorten(fetch, end); });
}
void OriginProbe::cancel(FetchId fetch) {
  loop_.post([this, fetch] { origin_->cancel(fetch); });
}
void OriginProbe::set_fetch_limit(FetchId fetch, FetchLimit limit) {
  on_loop([this, fetch, limit] { origin_->set_fetch_limit(fetch, limit); });
}

void OriginProbe::set_limit(BytesPerSecond limit) {
  on_loop([this, limit] { origin_->set_limit(limit); });
}

// An order that fails at once, and whose answer comes after those before it were taken.
void OriginProbe::wait_for_orders() {
  (void)document(OriginSpec{.url = "none"}, 1);
}

std::string OriginProbe::logged() const {
  std::lock_guard const lock(mutex_);
  return log_;
}

void OriginProbe::on_head(FetchId fetch, OriginHead head) {
  std::lock_guard const lock(mutex_);
  heard_[fetch].outcome.head = std::move(head);
  changed_.notify_all();
}

void OriginProbe::on_progress(FetchId fetch, Bytes next) {
  std::lock_guard const lock(mutex_);
  heard_[fetch].outcome.progress.push_back(next);
  changed_.notify_all();
}

void OriginProbe::on_fetch_end(FetchId fetch, FetchEnd end) {
  std::lock_guard const lock(mutex_);
  auto& heard = heard_[fetch];
  FRESHET_ASSERT(!heard.ended);
  heard.ended = true;
  heard.outcome.end = std::move(end);
  changed_.notify_all();
}

TimePoint OriginProbe::now() const {
  return std::chrono::steady_clock::now();
}

WallTime OriginProbe::wall() const {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

void OriginProbe::write(LogLevel, std::string_view event, std::initializer_list<LogField> fields) {
  std::lock_guard const lock(mutex_);
  log_ += std::string(event);
  for (auto const& field : fields) log_ += " " + std::string(field.key) + "=" + field.value;
  log_ += "\n";
}

std::string patterned(std::size_t size, std::uint64_t seed) {
  std::string bytes(size, '\0');
  std::uint64_t word = seed * 0x9e3779b97f4a7c15ULL + 1;
  for (auto& byte : bytes) {
    word ^= word << 13;
    word ^= word >> 7;
    word ^= word << 17;
    byte = static_cast<char>(word & 0xff);
  }
  return bytes;
}

}  // namespace freshet::test
