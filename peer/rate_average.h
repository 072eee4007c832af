// Bytes a second over the last 20 s or so: each second further back counts a little less.
//
// Pure: time comes in with each call.
#pragma once

#include <cmath>

#include "freshet/units.h"

namespace freshet::peer {

class RateAverage {
 public:
  void add(Bytes bytes, TimePoint now) {
    weighed_ = weighed_at(now) + static_cast<double>(bytes);
    at_ = now;
  }
  [[nodiscard]] BytesPerSecond value(TimePoint now) const {
    return {static_cast<std::uint64_t>(weighed_at(now) / kSeconds)};
  }

 private:
  static constexpr double kSeconds = 20;

  [[nodiscard]] double weighed_at(TimePoint now) const {
    return weighed_ * std::exp(-std::chrono::duration<double>(now - at_).count() / kSeconds);
  }

  double weighed_ = 0;
  TimePoint at_{};
};

}  // namespace freshet::peer
