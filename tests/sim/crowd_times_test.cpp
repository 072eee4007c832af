// What a crowd costs its origin and how near it comes to the fluid bound: the engine's transfers
// over the flows of bench/sim, in virtual time (design.md, P1 to P3).
#include <catch2/catch.hpp>

#include "bench/sim/crowd.h"

using namespace freshet;
using namespace freshet::sim;

namespace {

// The median of three crowds that differ by chance alone.
CrowdResult median_of(CrowdSpec spec) {
  std::vector<CrowdResult> results;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    spec.seed = seed;
    results.push_back(run_crowd(spec));
    INFO("seed " << seed);
    REQUIRE(results.back().done == spec.clients);
  }
  std::ranges::sort(results, {}, &CrowdResult::last);
  return results[1];
}

}  // namespace

TEST_CASE("eight clients that start together cost one copy and end near the bound", "[crowd]") {
  auto const result = median_of({.clients = 8});
  CHECK(result.origin_copies <= 1.05);
  CHECK(result.ratio() <= 1.25);
}

TEST_CASE("sixteen clients that start together cost one copy and end near the bound", "[crowd]") {
  auto const result = median_of({.clients = 16});
  CHECK(result.origin_copies <= 1.05);
  CHECK(result.ratio() <= 1.25);
}

TEST_CASE("a thin origin sends one copy and is busy until the end", "[crowd]") {
  auto const result = median_of({.clients = 8, .origin = mbit(20, 20)});
  CHECK(result.origin_copies <= 1.05);
  CHECK(result.ratio() <= 1.15);
}

TEST_CASE("alone in its swarm a client is as quick as without one", "[crowd]") {
  auto const plain = run_crowd({.clients = 1, .peers = false});
  auto const alone = run_crowd({.clients = 1});
  CHECK(alone.last <= plain.last * 1.03);
}
