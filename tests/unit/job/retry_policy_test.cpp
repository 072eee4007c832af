#include "engine/job/retry_policy.h"

#include <catch2/catch.hpp>

#include "tests/support/sim_loop.h"

using namespace freshet;
using namespace std::chrono_literals;

TEST_CASE("the delay doubles up to its limit and is spread by at most a quarter", "[job]") {
  JobOptions const options;
  test::SeededRandom random(1);
  Duration expected = 5s;
  for (std::uint32_t failures = 0; failures < 40; ++failures) {
    auto const delay = retry_delay(options, {}, failures, random);
    CHECK(delay >= expected);
    CHECK(delay <= expected + expected / 4);
    expected = std::min<Duration>(expected * 2, 10min);
  }
}

TEST_CASE("a job may ask for a longer first delay but not for a shorter one", "[job]") {
  JobOptions const options;
  test::SeededRandom random(1);

  CHECK(retry_delay(options, {.retry_delay_min = 1h}, 3, random) >= 1h);
  CHECK(retry_delay(options, {.retry_delay_min = 1ms}, 0, random) >= 5s);
}

TEST_CASE("the no-progress timeout follows the priority unless the job names one", "[job]") {
  JobOptions const options;

  CHECK(no_progress_timeout(options, {.priority = Priority::foreground}) == 1h);
  CHECK(no_progress_timeout(options, {.priority = Priority::low}) == 24h);
  CHECK(no_progress_timeout(options, {.no_progress_timeout = 7s}) == 7s);
}
