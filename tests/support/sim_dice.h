// What simulations draw from a seed, and the environment's word on which seeds are played.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>

#include "tests/support/sim_loop.h"

namespace freshet::test {

[[nodiscard]] inline std::uint64_t number_from(char const* variable, std::uint64_t otherwise) {
  auto const* const text = std::getenv(variable);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

// A seed that failed can be run alone.
[[nodiscard]] inline std::uint64_t first_seed() {
  return number_from("FRESHET_SIM_FIRST_SEED", 1);
}

// Every seed that is wanted, or one of `nth`.
inline void each_seed(std::uint64_t count, std::uint64_t nth,
                      std::function<void(std::uint64_t)> const& play) {
  auto const first = first_seed();
  for (auto seed = first; seed < first + (count + nth - 1) / nth; ++seed) play(seed);
}

// Kinds of faults that do not happen, separated by commas: what is left of a seed that failed once
// all that it does not need is gone.
[[nodiscard]] inline bool is_calm(std::string_view fault) {
  auto const* const text = std::getenv("FRESHET_SIM_CALM");
  if (text == nullptr) return false;
  auto const list = "," + std::string(text) + ",";
  return list.find("," + std::string(fault) + ",") != std::string::npos;
}

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  std::uint64_t below(std::uint64_t bound) { return freshet::below(random_, bound); }
  bool chance(double of) { return static_cast<double>(below(1 << 20)) < of * (1 << 20); }
  // The dice fall the same whether or not the fault is calm, so that all else stays as it was.
  bool fault(char const* name, double of) { return chance(of) && !is_calm(name); }

 private:
  SeededRandom random_;
};

}  // namespace freshet::test
