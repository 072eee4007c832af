#include "engine/job/rate_meter.h"

#include <algorithm>
#include <chrono>

namespace freshet {

namespace {

constexpr Duration kWindow = std::chrono::seconds{3};
constexpr Duration kSampleMin = std::chrono::milliseconds{20};

}  // namespace

void RateMeter::measure(TimePoint now, Bytes total) {
  if (!last_ || total < last_total_) {
    last_ = now;
    last_total_ = total;
    return;
  }
  auto const span = now - *last_;
  if (span < kSampleMin) return;
  auto const gained = static_cast<double>(total - last_total_);
  auto const sample = gained / std::chrono::duration<double>(span).count();
  seen_ = std::min(seen_ + span, kWindow);
  auto const weight =
      std::min(1.0, static_cast<double>(span.count()) / static_cast<double>(seen_.count()));
  rate_ += (sample - rate_) * weight;
  last_ = now;
  last_total_ = total;
}

void RateMeter::pause() {
  last_.reset();
  seen_ = {};
  rate_ = 0;
}

BytesPerSecond RateMeter::rate() const {
  return {static_cast<std::uint64_t>(rate_ + 0.5)};
}

}  // namespace freshet
