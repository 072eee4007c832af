#include "engine/transfer/backoff.h"

#include <algorithm>

namespace freshet {

Duration backoff(std::uint32_t failures, Duration min, Duration max, Random& random) {
  auto delay = std::min(min, max);
  for (std::uint32_t step = 1; step < failures && delay < max; ++step) {
    delay = std::min(delay * 2, max);
  }
  auto const quarter = static_cast<std::uint64_t>(delay.count() / 4);
  return delay - Duration{static_cast<std::int64_t>(below(random, quarter + 1))};
}

}  // namespace freshet
