#include "api/doagent/engine_link.h"

namespace freshet::doagent {

namespace {

constexpr Duration kConnectTimeout = std::chrono::seconds{1};
constexpr Duration kCallTimeout = std::chrono::seconds{5};

}  // namespace

Client* EngineLink::get() {
  std::lock_guard const lock(mutex_);
  if (client_) return &*client_;
  auto client = Client::connect(
      {.socket = socket_, .connect_timeout = kConnectTimeout, .call_timeout = kCallTimeout});
  if (!client) return nullptr;
  client_.emplace(std::move(*client));
  watch_ = client_->watch(listener_);
  if (connected_) connected_(*client_);
  return &*client_;
}

void EngineLink::close() {
  std::lock_guard const lock(mutex_);
  watch_.reset();
  client_.reset();
}

}  // namespace freshet::doagent
