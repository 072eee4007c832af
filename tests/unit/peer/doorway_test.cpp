#include "peer/doorway.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace freshet::peer;
using namespace std::chrono_literals;

namespace {

TimePoint at(Duration time) {
  return TimePoint{} + time;
}

std::string remote(int number) {
  return "192.0.2.1:" + std::to_string(50'000 + number);
}

}  // namespace

TEST_CASE("when too many say nothing the older half has to go", "[doorway]") {
  Doorway doorway({.strangers_max = 4});
  for (int i = 0; i < 4; ++i) CHECK(doorway.came(remote(i), at(1s)).empty());

  CHECK(doorway.came(remote(4), at(1s)) == std::vector{remote(0), remote(1)});
  CHECK(doorway.came(remote(5), at(1s)).empty());
  CHECK(doorway.came(remote(6), at(1s)) == std::vector{remote(2), remote(3)});
}

TEST_CASE("who has said what it wants does not have to go", "[doorway]") {
  Doorway doorway({.strangers_max = 2});
  CHECK(doorway.came(remote(0), at(0s)).empty());
  CHECK(doorway.came(remote(1), at(0s)).empty());

  doorway.named(remote(0));

  CHECK(doorway.came(remote(2), at(0s)).empty());
  CHECK(doorway.came(remote(3), at(0s)) == std::vector{remote(1)});
}

TEST_CASE("nobody is waited for longer than the limit", "[doorway]") {
  Doorway doorway({.patience = 10s});
  CHECK(doorway.came(remote(0), at(0s)).empty());
  CHECK(doorway.came(remote(1), at(5s)).empty());

  CHECK(doorway.overdue(at(10s)).empty());
  CHECK(doorway.overdue(at(11s)) == std::vector{remote(0)});
  CHECK(doorway.overdue(at(16s)) == std::vector{remote(1)});
  CHECK(doorway.overdue(at(99s)).empty());
}

TEST_CASE("an address gets its places back when its connections end", "[doorway]") {
  Doorway doorway({.per_address_max = 2});
  auto one = doorway.enter("192.0.2.1", false);
  auto const other = doorway.enter("192.0.2.1", false);
  CHECK((one && other));
  CHECK_FALSE(doorway.enter("192.0.2.1", false));
  CHECK(doorway.enter("192.0.2.2", false));
  CHECK(doorway.enter("192.0.2.1", true));

  one.reset();

  CHECK(doorway.enter("192.0.2.1", false));
}
