#include "peer/ban_list.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace freshet::peer;

TEST_CASE("a peer is banned once by address and key", "[bans]") {
  BanList bans(8);

  CHECK(bans.add({"192.0.2.1", 5, {Errc::piece_mismatch, {}, {}}}));
  CHECK_FALSE(bans.add({"192.0.2.1", 5, {}}));
  CHECK(bans.add({"192.0.2.2", 5, {}}));
  CHECK(bans.add({"192.0.2.3", 0, {}}));

  CHECK(bans.keys() == std::vector<std::uint64_t>{5, 5});
  CHECK(bans.all().front().why.code == Errc::piece_mismatch);
}

TEST_CASE("the oldest ban makes room when there are too many", "[bans]") {
  BanList bans(2);
  for (auto const* address : {"a", "b", "c"}) CHECK(bans.add({address, 1, {}}));

  CHECK(bans.all().size() == 2);
  CHECK(bans.all().front().address == "b");
}
