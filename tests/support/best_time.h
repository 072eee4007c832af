// Times with a bound from below that theory gives, where others use the machine: noise only adds.
// adds.
//
// Pure template; the measurement's thread is the caller's.
#pragma once

#include <algorithm>
#include <chrono>

namespace freshet::test {

// The least of up to three measurements; the first that is below `enough` is the last.
template <typename Measure>
[[nodiscard]] auto best_time(std::chrono::milliseconds enough, Measure const& measure) {
  auto best = measure();
  for (int more = 0; more < 2 && best >= enough; ++more) best = std::min(best, measure());
  return best;
}

}  // namespace freshet::test
