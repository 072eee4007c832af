#include "api/demo/uplink.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace freshet::demo {

namespace {

// How far the line may run ahead of the clock, so that timers that fire late cost no rate.
constexpr Duration kAhead = std::chrono::milliseconds{4};

}  // namespace

void Uplink::ask(TimePoint now, Bytes bytes, std::function<void()> send) {
  waiting_.push_back({bytes, std::move(send)});
  static_cast<void>(advance(now));
}

std::optional<TimePoint> Uplink::advance(TimePoint now) {
  while (!waiting_.empty() && (rate_.value == 0 || free_at_ <= now + kAhead)) {
    auto const next = std::move(waiting_.front());
    waiting_.pop_front();
    if (rate_.value > 0) {
      std::chrono::duration<double> const span(static_cast<double>(next.bytes) /
                                               static_cast<double>(rate_.value));
      // An idle line saves up nothing.
      free_at_ = std::max(free_at_, now) + std::chrono::duration_cast<Duration>(span);
    }
    next.send();
  }
  if (waiting_.empty()) return std::nullopt;
  return free_at_ - kAhead;
}

}  // namespace freshet::demo
