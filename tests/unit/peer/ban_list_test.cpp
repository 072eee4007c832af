#include "peer/ban_list.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace freshet::peer;
using namespace std::chrono_literals;

namespace {

WallTime at(Duration since_start) {
  return WallTime{} + 1000h + std::chrono::duration_cast<std::chrono::milliseconds>(since_start);
}

PeerBan ban_of(std::string address, std::uint64_t key = 0) {
  PeerBan ban;
  ban.address = std::move(address);
  ban.key = key;
  ban.why = "sent wrong bytes";
  return ban;
}

std::vector<std::string> addresses(BanList const& bans, WallTime now) {
  std::vector<std::string> all;
  for (auto const& ban : bans.active(now)) all.push_back(ban.address);
  return all;
}

}  // namespace

TEST_CASE("a peer is banned once by address and key", "[bans]") {
  BanList bans({});

  CHECK(bans.add(ban_of("192.0.2.1", 5), at(0s)));
  CHECK_FALSE(bans.add(ban_of("192.0.2.1", 5), at(1s)));
  CHECK(bans.add(ban_of("192.0.2.2", 5), at(2s)));
  CHECK(bans.add(ban_of("192.0.2.3"), at(3s)));

  CHECK(bans.keys(at(4s)) == std::vector<std::uint64_t>{5, 5});
  CHECK(bans.find("192.0.2.9", 5, at(4s)) != nullptr);
  CHECK(bans.find("192.0.2.9", 6, at(4s)) == nullptr);
  CHECK(bans.find("192.0.2.9", 0, at(4s)) == nullptr);
}

TEST_CASE("a ban ends and each further one is longer", "[bans]") {
  BanList bans({.first = 1h, .longest = 10h});
  REQUIRE(bans.add(ban_of("192.0.2.1", 5), at(0s)));

  CHECK(addresses(bans, at(1h - 1ms)).size() == 1);
  CHECK(addresses(bans, at(1h)).empty());
  CHECK(bans.keys(at(1h)).empty());

  REQUIRE(bans.add(ban_of("192.0.2.1"), at(2h)));
  CHECK(bans.active(at(2h)).front().strikes == 2);
  CHECK(bans.active(at(2h)).front().until == at(6h));
  REQUIRE(bans.add(ban_of("192.0.2.1"), at(7h)));
  CHECK(bans.active(at(7h)).front().until == at(17h));
}

TEST_CASE("a key that comes back from another address is a repeated offence", "[bans]") {
  BanList bans({.first = 1h});
  REQUIRE(bans.add(ban_of("192.0.2.1", 5), at(0s)));
  REQUIRE(bans.add(ban_of("198.51.100.1", 5), at(2h)));

  CHECK(bans.active(at(2h)).front().strikes == 2);
}

TEST_CASE("an offence is forgotten after a while", "[bans]") {
  BanList bans({.first = 1h, .memory = 24h});
  REQUIRE(bans.add(ban_of("192.0.2.1"), at(0s)));
  CHECK_FALSE(bans.expire(at(30min)));
  CHECK(bans.expire(at(2h)));
  CHECK_FALSE(bans.expire(at(3h)));

  CHECK_FALSE(bans.expire(at(26h)));
  REQUIRE(bans.add(ban_of("192.0.2.1"), at(27h)));
  CHECK(bans.active(at(27h)).front().strikes == 1);
}

TEST_CASE("a network that many liars are of is closed until the last may come back", "[bans]") {
  BanList bans({.first = 1h, .liars_per_network_max = 3});
  CHECK(bans.add(ban_of("192.0.2.1"), at(0s)));
  CHECK(bans.add(ban_of("192.0.2.200"), at(1min)));
  CHECK(bans.add(ban_of("192.0.3.1"), at(2min)));
  CHECK(addresses(bans, at(2min)).size() == 3);

  CHECK(bans.add(ban_of("192.0.2.9"), at(3min)));

  auto const all = bans.active(at(3min));
  REQUIRE(all.size() == 5);
  CHECK(all.back().address == "192.0.2.0/24");
  CHECK(all.back().strikes == 3);
  CHECK(all.back().until == at(63min));
  CHECK(addresses(bans, at(60min)).size() == 3);
}

TEST_CASE("networks of IPv6 are as wide as one household", "[bans]") {
  BanList bans({.liars_per_network_max = 2});
  CHECK(bans.add(ban_of("2001:db8:0:1::1"), at(0s)));
  CHECK(bans.add(ban_of("2001:db8:0:1:ffff::2"), at(0s)));
  CHECK(addresses(bans, at(1s)).back() == "2001:db8:0:1::/64");
}

TEST_CASE("the oldest ban makes room when there are too many", "[bans]") {
  BanList bans({.bans_max = 2});
  for (auto const* address : {"192.0.2.1", "198.51.100.1", "203.0.113.1"}) {
    CHECK(bans.add(ban_of(address), at(0s)));
  }

  CHECK(addresses(bans, at(1s)) == std::vector<std::string>{"198.51.100.1", "203.0.113.1"});
}
