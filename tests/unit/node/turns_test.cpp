#include "api/node/server/turns.h"

#include <catch2/catch.hpp>

using namespace freshet::node;

TEST_CASE("a client with many connections has no more turns than one with a single one",
          "[node][server]") {
  Turns turns;
  for (std::uint32_t slot = 1; slot <= 100; ++slot) turns.add("192.0.2.1", {slot, 1});
  turns.add("192.0.2.2", {0, 1});

  int of_second = 0;
  for (int turn = 0; turn < 20; ++turn) {
    auto const id = turns.next();
    REQUIRE(id);
    of_second += id->slot == 0 ? 1 : 0;
    turns.add(id->slot == 0 ? "192.0.2.2" : "192.0.2.1", *id);
  }

  CHECK(of_second == 10);
  CHECK(turns.clients() == 2);
}

TEST_CASE("the connections of a client have their turns in order and once", "[node][server]") {
  Turns turns;
  for (std::uint32_t slot = 0; slot < 3; ++slot) turns.add("192.0.2.1", {slot, 7});

  for (std::uint32_t slot = 0; slot < 3; ++slot) CHECK(turns.next() == ConnectionId{slot, 7});

  CHECK_FALSE(turns.next());
  CHECK(turns.empty());
}
