#include "engine/origin/throttle.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace freshet;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint kStart{std::chrono::hours{1}};

// Takes pieces whenever it may until `until`; how many bytes that were.
Bytes take_all(Throttle& throttle, TimePoint from, TimePoint until, Bytes piece) {
  Bytes taken = 0;
  for (auto now = from; now < until; now += std::max<Duration>(throttle.wait(now), 100us)) {
    while (throttle.open(now)) {
      throttle.take(piece, now);
      taken += piece;
    }
  }
  return taken;
}

}  // namespace

TEST_CASE("without a limit everything passes", "[throttle]") {
  Throttle throttle;
  throttle.take(1_GiB, kStart);
  CHECK(throttle.open(kStart));
  CHECK(throttle.wait(kStart) == Duration{});
}

TEST_CASE("the limit is exact over seconds and smooth over tenths", "[throttle]") {
  for (Bytes const limit : {100'000ULL, 10'000'000ULL, 1'000'000'000ULL}) {
    Throttle throttle;
    throttle.set_limit({limit}, kStart);
    for (int tenth = 0; tenth < 50; ++tenth) {
      auto const from = kStart + tenth * 100ms;
      auto const taken = take_all(throttle, from, from + 100ms, 16_KiB);
      CHECK(taken <= limit / 10 + 2 * throttle.quantum());
    }
  }
  for (Bytes const limit : {100'000ULL, 10'000'000ULL, 1'000'000'000ULL}) {
    Throttle throttle;
    throttle.set_limit({limit}, kStart);
    auto const taken = static_cast<double>(take_all(throttle, kStart, kStart + 10s, 16_KiB));
    CHECK(taken == Approx(static_cast<double>(limit) * 10).epsilon(0.03));
  }
}

TEST_CASE("what was taken too much is paid back before more is read", "[throttle]") {
  Throttle throttle;
  throttle.set_limit({1'000'000}, kStart);
  throttle.take(500'000, kStart);
  CHECK_FALSE(throttle.open(kStart + 499ms));
  CHECK(throttle.open(kStart + 501ms));
}

TEST_CASE("a pause does not save up a burst", "[throttle]") {
  Throttle throttle;
  throttle.set_limit({1'000'000}, kStart);
  auto const later = kStart + 1h;
  CHECK(take_all(throttle, later, later + 1ms, 1000) <= throttle.quantum() + 2000);
}

TEST_CASE("a lower limit does not begin with a long silence", "[throttle]") {
  Throttle throttle;
  throttle.set_limit({1'000'000'000}, kStart);
  throttle.take(20'000'000, kStart);
  throttle.set_limit({100'000}, kStart);
  CHECK(throttle.wait(kStart) <= 200ms);
  throttle.set_limit({}, kStart);
  CHECK(throttle.open(kStart));
}

TEST_CASE("bytes already read are passed on only up to a small debt", "[throttle]") {
  Throttle throttle;
  throttle.set_limit({1'000'000}, kStart);
  Bytes taken = 0;
  while (throttle.tolerates(kStart)) {
    throttle.take(1000, kStart);
    taken += 1000;
  }
  CHECK(taken <= throttle.quantum() + 1000);
  CHECK(throttle.wait(kStart) > 0s);
}
