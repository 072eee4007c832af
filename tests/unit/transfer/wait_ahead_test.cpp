#include "engine/transfer/wait_ahead.h"

#include <catch2/catch.hpp>
#include <limits>

using namespace freshet;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint kStart{100s};

DigestWord fetches(Bytes done, std::uint64_t rate) {
  DigestWord word;
  word.kind = DigestWord::Kind::fetches;
  word.done = done;
  word.length = 100'000;
  word.rate = {rate};
  return word;
}

}  // namespace

TEST_CASE("a peer that gets fast when it is left alone is waited for", "[wait]") {
  WaitAhead wait;
  // By ourselves it would take 100 s.
  CHECK(wait.waits(fetches(0, 1000), {0, 1000}, kQuickPatience, kStart));
  CHECK(wait.waits(fetches(5000, 3000), {0, 1000}, kQuickPatience, kStart + 1s));
  CHECK(wait.waits(fetches(20'000, 8000), {0, 1000}, kQuickPatience, kStart + 3s));
  CHECK(wait.waits(fetches(90'000, 8000), {0, 1000}, kQuickPatience, kStart + 12s));

  // It stands still.
  CHECK_FALSE(wait.waits(fetches(90'000, 100), {0, 1000}, kQuickPatience, kStart + 14s));
  CHECK_FALSE(wait.waits(fetches(99'999, 9000), {0, 1000}, kQuickPatience, kStart + 15s));
}

TEST_CASE("a peer that gets no faster costs the trial alone", "[wait]") {
  WaitAhead wait;
  CHECK(wait.waits(fetches(0, 0), {0, 10'000}, kQuickPatience, kStart));
  CHECK(wait.waits(fetches(100, 10'000), {0, 10'000}, kQuickPatience, kStart + 799ms));

  CHECK_FALSE(wait.waits(fetches(8000, 10'000), {0, 10'000}, kQuickPatience, kStart + 801ms));
}

TEST_CASE("in economy a peer that is as fast as we are is waited for when it is half done",
          "[wait]") {
  WaitAhead wait;
  CHECK(wait.waits(fetches(50'000, 1000), {0, 0}, kEconomyPatience, kStart));
  CHECK(wait.waits(fetches(61'000, 1000), {0, 0}, kEconomyPatience, kStart + 11s));

  WaitAhead quick;
  CHECK(quick.waits(fetches(50'000, 1000), {0, 0}, kQuickPatience, kStart));
  CHECK_FALSE(quick.waits(fetches(53'000, 1000), {0, 0}, kQuickPatience, kStart + 3s));
}

TEST_CASE("as long as no rate is known nobody is waited for", "[wait]") {
  WaitAhead wait;
  CHECK_FALSE(wait.waits(fetches(0, 0), {0, 0}, kQuickPatience, kStart));

  CHECK(wait.waits(fetches(500, 1000), {400, 1000}, kQuickPatience, kStart + 1s));
}
