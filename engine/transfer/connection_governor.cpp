#include "engine/transfer/connection_governor.h"

#include <algorithm>

namespace freshet {

namespace {

constexpr std::uint32_t kConnectionsAtFirst = 2;
constexpr double kGrowthThatPays = 1.15;
constexpr Duration kWindow = std::chrono::milliseconds{400};
constexpr Duration kHold = std::chrono::seconds{15};

}  // namespace

ConnectionGovernor::ConnectionGovernor(std::uint32_t max, std::uint32_t fixed)
    : max_(std::max(1U, fixed > 0 ? std::min(fixed, max) : max)),
      target_(fixed > 0 ? max_ : std::min(kConnectionsAtFirst, max_)),
      fixed_(fixed > 0) {}

void ConnectionGovernor::measure_anew(TimePoint now) {
  window_start_ = now;
  window_bytes_ = 0;
}

void ConnectionGovernor::on_bytes(Bytes bytes, std::uint32_t open, TimePoint now) {
  if (fixed_ || now < held_until_) return;
  // With fewer open than allowed the source is not what limits: nothing can be learned.
  if (open < target_) {
    window_start_.reset();
    return;
  }
  if (!window_start_) {
    measure_anew(now);
    return;
  }
  window_bytes_ += bytes;
  auto const span = now - *window_start_;
  if (span < kWindow) return;
  judge(static_cast<double>(window_bytes_) / std::chrono::duration<double>(span).count(), now);
  window_start_.reset();
}

void ConnectionGovernor::judge(double rate, TimePoint now) {
  if (rate < rate_before_ * kGrowthThatPays) {
    target_ = std::max(1U, target_ / 2);
    rate_before_ = 0;
    held_until_ = now + kHold;
    return;
  }
  rate_before_ = rate;
  if (target_ == max_) {
    rate_before_ = 0;
    held_until_ = now + kHold;
    return;
  }
  target_ = std::min(max_, target_ * 2);
}

void ConnectionGovernor::on_pushback() {
  target_ = std::max(1U, target_ / 2);
  max_ = fixed_ ? max_ : target_;
  rate_before_ = 0;
  window_start_.reset();
}

void ConnectionGovernor::hold_at_one() {
  fixed_ = true;
  max_ = 1;
  target_ = 1;
}

}  // namespace freshet
