#include "engine/origin/throttle.h"

#include <algorithm>

namespace freshet {

namespace {

constexpr Bytes kQuantumMin = 16_KiB;
constexpr std::uint64_t kQuantaPerSecond = 40;

}  // namespace

Bytes Throttle::quantum() const {
  return std::max(kQuantumMin, limit_.value / kQuantaPerSecond);
}

void Throttle::set_limit(BytesPerSecond limit, TimePoint now) {
  refill(now);
  limit_ = limit;
  filled_ = now;
  // A debt from before is forgiven down to one quantum, else a low limit would begin with silence.
  auto const most = static_cast<double>(quantum());
  tokens_ = limited() ? std::clamp(tokens_, -most, most) : 0;
}

void Throttle::refill(TimePoint now) {
  if (!limited() || now <= filled_) return;
  auto const seconds = std::chrono::duration<double>(now - filled_).count();
  tokens_ = std::min(tokens_ + seconds * static_cast<double>(limit_.value),
                     static_cast<double>(quantum()));
  filled_ = now;
}

bool Throttle::open(TimePoint now) {
  refill(now);
  return !limited() || tokens_ > 0;
}

bool Throttle::tolerates(TimePoint now) {
  refill(now);
  return !limited() || tokens_ > -static_cast<double>(quantum());
}

void Throttle::take(Bytes bytes, TimePoint now) {
  refill(now);
  if (limited()) tokens_ -= static_cast<double>(bytes);
}

Duration Throttle::wait(TimePoint now) {
  if (open(now)) return Duration{};
  auto const seconds = std::chrono::duration<double>(-tokens_ / static_cast<double>(limit_.value));
  return std::max<Duration>(std::chrono::duration_cast<Duration>(seconds),
                            std::chrono::milliseconds{1});
}

}  // namespace freshet
