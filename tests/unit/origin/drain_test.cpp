#include "engine/origin/drain.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace std::chrono_literals;

TEST_CASE("the rest is read when that is quicker than a new connection", "[drain]") {
  // 1 MiB in 100 ms; 200 KiB more take 20 ms.
  DrainCase const quick{.rest = 200_KiB, .received = 1_MiB, .spent = 100ms, .connect_cost = 1ms};
  CHECK(worth_draining(quick));

  auto slow = quick;
  slow.spent = 1s;
  CHECK_FALSE(worth_draining(slow));
  slow.connect_cost = 150ms;
  CHECK(worth_draining(slow));
}

TEST_CASE("almost nothing is always read and much never", "[drain]") {
  CHECK(worth_draining({.rest = 16_KiB, .received = 0}));
  CHECK_FALSE(worth_draining({.rest = 32_KiB, .received = 0}));
  CHECK_FALSE(
      worth_draining({.rest = 257_KiB, .received = 1_GiB, .spent = 1ms, .connect_cost = 1s}));
}
