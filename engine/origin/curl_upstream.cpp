#include "engine/origin/curl_upstream.h"

#include <curl/curl.h>
#include <pthread.h>

#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

#include "engine/base/assert.h"
#include "engine/origin/curl_origin.h"
#include "engine/origin/raw_exchange.h"

namespace freshet {

namespace {

constexpr int kPollMs = 1000;
constexpr std::size_t kSpareMax = 64;  // Idle handles.

Multi new_multi(UpstreamOptions const& options) {
  CurlOrigin::prepare();
  Multi multi(curl_multi_init());
  FRESHET_ASSERT(multi != nullptr);
  auto* const handle = multi.get();
  curl_multi_setopt(handle, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
  curl_multi_setopt(handle, CURLMOPT_MAXCONNECTS, static_cast<long>(options.connections_max));
  curl_multi_setopt(handle, CURLMOPT_MAX_TOTAL_CONNECTIONS,
                    static_cast<long>(options.connections_max));
  curl_multi_setopt(handle, CURLMOPT_MAX_HOST_CONNECTIONS,
                    static_cast<long>(options.connections_per_host_max));
  return multi;
}

Error stopped() {
  return {Errc::stopped, {}, "the node stops"};
}

}  // namespace

class CurlUpstream::Impl {
 public:
  explicit Impl(UpstreamOptions options)
      : options_(std::move(options)), multi_(new_multi(options_)), thread_([this] {
          pthread_setname_np(pthread_self(), "fr-upstream");
          run();
        }) {}

  ExchangeId start(UpstreamRequest request, std::shared_ptr<UpstreamSink> sink);
  void push(ExchangeId exchange, bool cancel);
  void stop();
  [[nodiscard]] bool running() const { return thread_.joinable(); }

 private:
  struct Orders {
    std::vector<std::unique_ptr<RawExchange>> fresh;
    std::vector<ExchangeId> resumed;
    std::vector<ExchangeId> cancelled;
    bool stop = false;
  };

  void run();
  [[nodiscard]] bool obey(Orders orders);
  void begin(std::unique_ptr<RawExchange> exchange);
  void read_messages();
  void tell_lulls();
  void end(ExchangeId id, Result<void> how);

  UpstreamOptions const options_;
  std::mutex mutex_;
  Orders orders_;              // Under the lock,
  std::uint64_t last_id_ = 0;  // and so is this,
  bool closed_ = false;        // and this.
  Multi multi_;
  std::vector<RawExchange*> moved_;  // They have handed bytes over in this round.
  std::unordered_map<std::uint64_t, std::unique_ptr<RawExchange>> exchanges_;
  std::vector<Easy> spare_;
  std::thread thread_;  // Last: it starts when everything above exists.
};

ExchangeId CurlUpstream::Impl::start(UpstreamRequest request, std::shared_ptr<UpstreamSink> sink) {
  std::unique_lock lock(mutex_);
  ExchangeId const id{++last_id_};
  orders_.fresh.push_back(
      std::make_unique<RawExchange>(id, std::move(request), std::move(sink), moved_));
  if (!closed_) {
    curl_multi_wakeup(multi_.get());
    return id;
  }
  auto refused = std::move(orders_.fresh.back());
  orders_.fresh.pop_back();
  lock.unlock();
  static_cast<void>(refused->finish(tl::unexpected(stopped())));
  return id;
}

void CurlUpstream::Impl::push(ExchangeId exchange, bool cancel) {
  std::lock_guard const lock(mutex_);
  if (closed_) return;
  (cancel ? orders_.cancelled : orders_.resumed).push_back(exchange);
  curl_multi_wakeup(multi_.get());
}

void CurlUpstream::Impl::stop() {
  {
    std::lock_guard const lock(mutex_);
    if (std::exchange(closed_, true)) return;
    orders_.stop = true;
    curl_multi_wakeup(multi_.get());
  }
  thread_.join();
}

void CurlUpstream::Impl::run() {
  while (true) {
    auto orders = [this] {
      std::lock_guard const lock(mutex_);
      return std::exchange(orders_, {});
    }();
    if (!obey(std::move(orders))) break;
    int running = 0;
    FRESHET_ASSERT(curl_multi_perform(multi_.get(), &running) == CURLM_OK);
    read_messages();
    tell_lulls();
    FRESHET_ASSERT(curl_multi_poll(multi_.get(), nullptr, 0, kPollMs, nullptr) == CURLM_OK);
  }
  while (!exchanges_.empty()) {
    end(exchanges_.begin()->second->id(), tl::unexpected(stopped()));
  }
}

bool CurlUpstream::Impl::obey(Orders orders) {
  for (auto& exchange : orders.fresh) begin(std::move(exchange));
  for (auto const id : orders.cancelled) end(id, fail(Errc::cancelled));
  for (auto const id : orders.resumed) {
    auto const found = exchanges_.find(static_cast<std::uint64_t>(id));
    if (found != exchanges_.end()) found->second->resume();
  }
  return !orders.stop;
}

void CurlUpstream::Impl::begin(std::unique_ptr<RawExchange> exchange) {
  auto& kept = *exchange;
  exchanges_.emplace(static_cast<std::uint64_t>(kept.id()), std::move(exchange));
  if (exchanges_.size() > options_.waiting_max) {
    return end(kept.id(), fail(Errc::limit_reached, "upstream", "too many exchanges wait"));
  }
  auto easy = spare_.empty() ? new_easy() : std::move(spare_.back());
  if (!spare_.empty()) spare_.pop_back();
  if (auto const ready = kept.prepare(std::move(easy), options_); !ready) {
    return end(kept.id(), ready);
  }
  FRESHET_ASSERT(curl_multi_add_handle(multi_.get(), kept.handle()) == CURLM_OK);
}

void CurlUpstream::Impl::read_messages() {
  int left = 0;
  while (auto const* const message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    void* exchange = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
    auto const& done = *static_cast<RawExchange const*>(exchange);
    end(done.id(), done.outcome(message->data.result));
  }
}

void CurlUpstream::Impl::tell_lulls() {
  for (auto* const each : moved_) each->tell_lull();
  moved_.clear();
}

void CurlUpstream::Impl::end(ExchangeId id, Result<void> how) {
  auto const found = exchanges_.find(static_cast<std::uint64_t>(id));
  if (found == exchanges_.end()) return;
  auto const exchange = std::move(found->second);
  exchanges_.erase(found);
  // Removing one that was never added does nothing.
  if (exchange->handle() != nullptr) curl_multi_remove_handle(multi_.get(), exchange->handle());
  auto easy = exchange->finish(std::move(how));
  if (easy && spare_.size() < kSpareMax) spare_.push_back(std::move(easy));
}

CurlUpstream::CurlUpstream(UpstreamOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}

CurlUpstream::~CurlUpstream() {
  FRESHET_ASSERT(!impl_->running());
}

void CurlUpstream::stop() {
  impl_->stop();
}

ExchangeId CurlUpstream::start(UpstreamRequest request, std::shared_ptr<UpstreamSink> sink) {
  return impl_->start(std::move(request), std::move(sink));
}

void CurlUpstream::resume(ExchangeId exchange) {
  impl_->push(exchange, false);
}

void CurlUpstream::cancel(ExchangeId exchange) {
  impl_->push(exchange, true);
}

}  // namespace freshet
