#include "engine/origin/curl_origin.h"

#include <curl/curl.h>
#include <pthread.h>

#include <thread>
#include <utility>

#include "engine/base/assert.h"
#include "engine/origin/carrier.h"

namespace freshet {

namespace {

OriginOptions with_defaults(OriginOptions options) {
  CurlOrigin::prepare();
  if (options.user_agent.empty()) options.user_agent = "freshet/" FRESHET_VERSION;
  return options;
}

}  // namespace

class CurlOrigin::Impl {
 public:
  Impl(Loop& loop, Gate& gate, Clock& clock, Log& log, OriginOptions options)
      : carrier({loop, gate, clock, log, with_defaults(std::move(options))}), thread([this] {
          pthread_setname_np(pthread_self(), "fr-origin");
          carrier.run();
        }) {}

  void push(Command command) { carrier.commands().push(std::move(command)); }

  Carrier carrier;
  std::thread thread;
};

void CurlOrigin::prepare() {
  static bool const ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  FRESHET_ASSERT(ready);
}

CurlOrigin::CurlOrigin(Loop& loop, Gate& gate, Clock& clock, Log& log, OriginOptions options)
    : impl_(std::make_unique<Impl>(loop, gate, clock, log, std::move(options))) {}

CurlOrigin::~CurlOrigin() {
  FRESHET_ASSERT(!impl_->thread.joinable());
}

void CurlOrigin::stop() {
  if (!impl_->thread.joinable()) return;
  impl_->carrier.outbox().close();
  impl_->push(StopCommand{});
  impl_->thread.join();
}

void CurlOrigin::set_events(OriginEvents* events) {
  impl_->carrier.outbox().listen(events);
}

void CurlOrigin::fetch(FetchOrder order) {
  FRESHET_ASSERT(order.begin % 16_KiB == 0);
  impl_->push(FetchCommand{std::move(order)});
}

void CurlOrigin::attach(FetchId fetch, SpoolId spool) {
  impl_->push(AttachCommand{fetch, spool});
}

void CurlOrigin::shorten(FetchId fetch, Bytes end) {
  impl_->push(ShortenCommand{fetch, end});
}

void CurlOrigin::cancel(FetchId fetch) {
  impl_->push(CancelCommand{fetch});
}

void CurlOrigin::set_limit(BytesPerSecond limit) {
  impl_->push(LimitCommand{limit});
}

void CurlOrigin::set_fetch_limit(FetchId fetch, FetchLimit limit) {
  impl_->push(FetchLimitCommand{fetch, limit});
}

void CurlOrigin::get_document(OriginSpec origin, Bytes size_max,
                              std::function<void(Result<Document>)> done) {
  impl_->push(DocumentCommand{std::move(origin), size_max, std::move(done)});
}

}  // namespace freshet
