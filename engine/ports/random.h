// Randomness as the engine sees it. Simulation seeds it.
#pragma once

#include <cstdint>

namespace freshet {

class Random {
 public:
  virtual ~Random() = default;
  [[nodiscard]] virtual std::uint64_t next() = 0;
};

// A number below `bound`, which is above 0. The bias is below 2^-32 for the small bounds we use.
[[nodiscard]] inline std::uint64_t below(Random& random, std::uint64_t bound) {
  return random.next() % bound;
}

}  // namespace freshet
