#include "engine/transfer/rate_estimate.h"

#include <algorithm>
#include <cmath>

namespace freshet {

void RateEstimate::add(Bytes bytes, Duration span) {
  using Seconds = std::chrono::duration<double>;
  auto const seconds = Seconds(std::max<Duration>(span, std::chrono::milliseconds{1})).count();
  auto const keep = std::exp(-seconds / Seconds(memory_).count());
  bytes_ = bytes_ * keep + static_cast<double>(bytes);
  seconds_ = seconds_ * keep + seconds;
}

}  // namespace freshet
