#include "engine/origin/carrier.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "engine/base/assert.h"
#include "engine/origin/document_receiver.h"
#include "engine/origin/fetch_receiver.h"

namespace freshet {

namespace {

constexpr Duration kPollMax = std::chrono::seconds{10};
constexpr std::size_t kSpareMax = 64;  // Idle handles.
// Documents whose servers wait until they have them: in places of their own.
constexpr std::size_t kAwaitedMax = 64;

// How long the request lets its server wait: `Prefer: wait=20` (RFC 7240).
Duration wait_asked(OriginSpec const& origin) {
  constexpr std::string_view kWait = "wait=";
  for (auto const& header : origin.headers) {
    if (header.name != "Prefer" || !header.value.starts_with(kWait)) continue;
    auto const seconds = std::strtoul(header.value.c_str() + kWait.size(), nullptr, 10);
    return std::chrono::seconds{std::min(seconds, 3600UL)};
  }
  return {};
}

Multi new_multi(OriginOptions const& options) {
  Multi multi(curl_multi_init());
  FRESHET_ASSERT(multi != nullptr);
  // A connection for each fetch, even over HTTP/2: parallel ranges are there to use several
  // windows.
  curl_multi_setopt(multi.get(), CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
  curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS,
                    static_cast<long>(options.idle_connections_max));
  return multi;
}

std::size_t at(auto kind) {
  return static_cast<std::size_t>(kind);
}

}  // namespace

Carrier::Carrier(Parts parts)
    : parts_(std::move(parts)),
      multi_(new_multi(parts_.options)),
      commands_(std::make_shared<Commands>([multi = multi_.get()] { curl_multi_wakeup(multi); })),
      outbox_(parts_.loop) {}

Carrier::~Carrier() = default;

void Carrier::run() {
  while (true) {
    for (auto& command : commands_->take()) {
      std::visit([this](auto& c) { obey(c); }, command);
    }
    if (stopping_) break;
    start_waiting(Kind::fetch);
    start_waiting(Kind::document);
    start_waiting(Kind::awaited);
    int running = 0;
    FRESHET_ASSERT(curl_multi_perform(multi_.get(), &running) == CURLM_OK);
    read_messages();
    apply_throttle();
    tick_all();
    remove_ended();
    outbox_.flush();
    FRESHET_ASSERT(curl_multi_poll(multi_.get(), nullptr, 0, poll_timeout_ms(), nullptr) ==
                   CURLM_OK);
  }
  commands_->close();
  for (auto& flight : flights_) take_off_network(*flight);
  flights_.clear();
  for (auto& queue : waiting_) queue.clear();
}

void Carrier::obey(FetchCommand& command) {
  auto flight = std::make_unique<Flight>(Flight{.kind = Kind::fetch, .fetch = command.order.id});
  ExchangeSpec spec{command.order.origin, command.order.head_timeout, command.order.stall_timeout};
  auto limit = limits_.of(command.order.limit, parts_.clock.now());
  auto room = [commands = commands_, fetch = command.order.id] {
    commands->push(RoomCommand{fetch});
  };
  auto receiver = std::make_unique<FetchReceiver>(
      std::move(command.order),
      FetchReceiver::Ways{parts_.gate, outbox_, std::move(room), parts_.options.skip_max});
  flight->receiver = receiver.get();
  flight->exchange = std::make_unique<Exchange>(
      Exchange::Surroundings{parts_.options, parts_.clock, throttle_, parts_.log}, std::move(spec),
      std::move(receiver));
  flight->exchange->limit_by(std::move(limit));
  FRESHET_ASSERT(by_fetch_.emplace(static_cast<std::uint64_t>(flight->fetch), flight.get()).second);
  enqueue(std::move(flight));
}

void Carrier::obey(DocumentCommand& command) {
  auto const wait = wait_asked(command.origin);
  auto const kind = wait > Duration{} ? Kind::awaited : Kind::document;
  auto flight = std::make_unique<Flight>(Flight{.kind = kind});
  auto const timeout = parts_.options.document_timeout + wait;
  flight->exchange = std::make_unique<Exchange>(
      Exchange::Surroundings{parts_.options, parts_.clock, throttle_, parts_.log},
      ExchangeSpec{std::move(command.origin), timeout, timeout},
      std::make_unique<DocumentReceiver>(command.size_max, std::move(command.done), outbox_));
  enqueue(std::move(flight));
}

void Carrier::obey(AttachCommand& command) {
  auto* const flight = find(command.fetch);
  if (flight == nullptr) return;
  flight->receiver->attach(command.spool);
  act(*flight, flight->exchange->resume());
}

void Carrier::obey(ShortenCommand& command) {
  auto* const flight = find(command.fetch);
  if (flight == nullptr) return;
  flight->receiver->shorten(command.end);
  if (flight->receiver->satisfied()) act(*flight, flight->exchange->end_early());
}

void Carrier::obey(CancelCommand& command) {
  auto* const flight = find(command.fetch);
  if (flight == nullptr) return;
  flight->exchange->fail_with({Errc::cancelled, {}, {}});
  act(*flight, Exchange::Step::ended);
}

void Carrier::obey(RoomCommand& command) {
  auto* const flight = find(command.fetch);
  if (flight != nullptr) act(*flight, flight->exchange->resume());
}

void Carrier::obey(LimitCommand& command) {
  throttle_.set_limit(command.limit, parts_.clock.now());
}

void Carrier::obey(FetchLimitCommand& command) {
  auto* const flight = find(command.fetch);
  if (flight == nullptr) return;
  flight->exchange->limit_by(limits_.of(command.limit, parts_.clock.now()));
}

void Carrier::obey(StopCommand&) {
  stopping_ = true;
}

// A fetch that was reported stays in `flights_` while its connection drains, and is no longer
// found.
Carrier::Flight* Carrier::find(FetchId fetch) {
  auto const found = by_fetch_.find(static_cast<std::uint64_t>(fetch));
  if (found == by_fetch_.end() || found->second->exchange->over()) return nullptr;
  return found->second;
}

void Carrier::enqueue(std::unique_ptr<Flight> flight) {
  auto& queue = waiting_[at(flight->kind)];
  if (queue.size() >= parts_.options.waiting_max) {
    flight->exchange->fail_with({Errc::limit_reached, "fetches", "too many orders wait"});
    forget(*flight);
    return;
  }
  queue.push_back(std::move(flight));
}

void Carrier::forget(Flight const& flight) {
  if (flight.kind == Kind::fetch) by_fetch_.erase(static_cast<std::uint64_t>(flight.fetch));
}

bool Carrier::can_start(Kind kind) const {
  auto const& options = parts_.options;
  auto const most = kind == Kind::fetch      ? options.fetches_max
                    : kind == Kind::document ? options.documents_max
                                             : kAwaitedMax;
  return !waiting_[at(kind)].empty() && on_network_[at(kind)] < most;
}

void Carrier::start_waiting(Kind kind) {
  auto& queue = waiting_[at(kind)];
  while (can_start(kind)) {
    auto flight = std::move(queue.front());
    queue.pop_front();
    flights_.push_back(std::move(flight));
    start(*flights_.back());
  }
}

void Carrier::start(Flight& flight) {
  if (flight.exchange->over())
    return act(flight, Exchange::Step::ended);  // Cancelled as it waited.
  if (flight.receiver != nullptr && flight.receiver->satisfied()) {
    return act(flight, flight.exchange->end_early());
  }
  if (!flight.easy) {
    flight.easy = spare_.empty() ? new_easy() : std::move(spare_.back());
    if (!spare_.empty()) spare_.pop_back();
    ++on_network_[at(flight.kind)];
  }
  if (!can_set_up(flight.easy.get(), parts_.options.receive_buffer)) flight.easy = new_easy();
  auto const step = flight.exchange->prepare(flight.easy.get());
  if (step != Exchange::Step::running) return act(flight, step);
  FRESHET_ASSERT(curl_multi_add_handle(multi_.get(), flight.easy.get()) == CURLM_OK);
  flight.added = true;
}

void Carrier::act(Flight& flight, Exchange::Step step) {
  if (step == Exchange::Step::running) return;
  if (step == Exchange::Step::again) {
    remove_handle(flight);
    return start(flight);
  }
  take_off_network(flight);
  some_ended_ = some_ended_ || step == Exchange::Step::ended;
}

void Carrier::remove_handle(Flight& flight) {
  if (!std::exchange(flight.added, false)) return;
  FRESHET_ASSERT(curl_multi_remove_handle(multi_.get(), flight.easy.get()) == CURLM_OK);
}

void Carrier::take_off_network(Flight& flight) {
  if (!flight.easy) return;
  remove_handle(flight);
  flight.exchange->detach_easy();
  if (spare_.size() < kSpareMax) spare_.push_back(std::move(flight.easy));
  flight.easy.reset();
  --on_network_[at(flight.kind)];
}

void Carrier::read_messages() {
  int left = 0;
  while (auto const* const message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    auto const code = message->data.result;
    auto const flight = std::ranges::find(flights_, message->easy_handle,
                                          [](auto const& each) { return each->easy.get(); });
    FRESHET_ASSERT(flight != flights_.end());
    act(**flight, (*flight)->exchange->finished(code));
  }
}

// Round robin, so that under a limit every fetch gets its turn.
void Carrier::apply_throttle() {
  auto const now = parts_.clock.now();
  auto const count = flights_.size();
  auto const first = next_released_;
  for (std::size_t i = 0; i < count; ++i) {
    auto const index = (first + i) % count;
    auto& exchange = *flights_[index]->exchange;
    if (!exchange.may_read(now)) {
      if (exchange.reading()) exchange.hold();
      continue;
    }
    if (!exchange.held()) continue;
    act(*flights_[index], exchange.release());
    next_released_ = index + 1;
  }
}

void Carrier::tick_all() {
  auto const now = parts_.clock.now();
  next_tick_ = now + kPollMax;
  for (auto& flight : flights_) {
    if (!flight->easy) continue;
    act(*flight, flight->exchange->tick(now));
    next_tick_ = std::min(next_tick_, flight->exchange->next_tick());
    if (flight->exchange->held()) {
      next_tick_ = std::min(next_tick_, now + flight->exchange->held_for(now));
    }
  }
}

void Carrier::remove_ended() {
  if (!std::exchange(some_ended_, false)) return;
  std::erase_if(flights_, [this](auto const& flight) {
    bool const gone = !flight->easy && flight->exchange->over();
    if (gone) forget(*flight);
    return gone;
  });
}

int Carrier::poll_timeout_ms() const {
  if (can_start(Kind::fetch) || can_start(Kind::document) || can_start(Kind::awaited)) return 0;
  auto const left = next_tick_ - parts_.clock.now();
  auto const ms = std::chrono::ceil<std::chrono::milliseconds>(std::max(left, Duration{}));
  return static_cast<int>(std::min<std::chrono::milliseconds::rep>(ms.count(), 10'000));
}

}  // namespace freshet
