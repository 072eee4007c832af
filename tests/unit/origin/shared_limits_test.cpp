#include "engine/origin/shared_limits.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint kStart{1h};
constexpr FetchLimit kLimit{LimitId{7}, BytesPerSecond{100'000}};

}  // namespace

TEST_CASE("fetches with the same limit share one throttle and others have none", "[throttle]") {
  SharedLimits limits;

  auto const first = limits.of(kLimit, kStart);
  auto const second = limits.of(kLimit, kStart + 1s);
  auto const other = limits.of({LimitId{8}, kLimit.rate}, kStart);

  REQUIRE(first);
  CHECK(first == second);
  CHECK(other != first);
  CHECK_FALSE(limits.of({}, kStart));
}

TEST_CASE("one small fetch after the other keeps to the limit", "[throttle]") {
  SharedLimits limits;
  auto now = kStart;
  for (int i = 0; i < 100; ++i) {
    auto const throttle = limits.of(kLimit, now);
    now += throttle->wait(now);
    throttle->take(10'000, now);
  }

  // A million bytes, of which the last are not waited for.
  CHECK(now - kStart >= 9'800ms);
  CHECK(now - kStart <= 10'200ms);
}

TEST_CASE("a limit that nobody has and that owes nothing is forgotten", "[throttle]") {
  SharedLimits limits;
  limits.of(kLimit, kStart)->take(100'000, kStart);
  CHECK(limits.size() == 1);
  static_cast<void>(limits.of({}, kStart + 500ms));
  CHECK(limits.size() == 1);

  static_cast<void>(limits.of({}, kStart + 1100ms));

  CHECK(limits.size() == 0);
}

TEST_CASE("a limit that changes holds for those that have it already", "[throttle]") {
  SharedLimits limits;
  auto const throttle = limits.of(kLimit, kStart);
  static_cast<void>(limits.of({kLimit.id, BytesPerSecond{5}}, kStart));
  CHECK(throttle->limit().value == 5);
}
