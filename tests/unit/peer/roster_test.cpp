#include "peer/roster.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace freshet::peer;
using namespace std::chrono_literals;

namespace {

constexpr SourceId kOne{kFirstPeerSource + 1};
constexpr SourceId kTwo{kFirstPeerSource + 2};
TimePoint const kStart{1000h};
WallTime const kNow{std::chrono::hours{1000}};

ContentId content_of(Bytes length) {
  ContentId id;
  id.length = length;
  return id;
}

PeerInfo peer_of(SourceId id, std::string address, PeerClass peer_class) {
  PeerInfo info;
  info.id = id;
  info.address = std::move(address);
  info.peer_class = peer_class;
  return info;
}

Batch two_peers() {
  Batch batch;
  batch.peers = {peer_of(kOne, "192.0.2.1:7680", PeerClass::lan),
                 peer_of(kTwo, "198.51.100.1:7680", PeerClass::internet)};
  batch.received = {{kOne, 100}, {kTwo, 20}};
  batch.sent = {{kTwo, 3}};
  return batch;
}

}  // namespace

TEST_CASE("bytes are counted by class both ways and by content", "[roster]") {
  Roster roster({}, {});
  roster.take(two_peers(), content_of(1), kStart);
  Batch more;
  more.sent = {{kOne, 7}};
  roster.take(more, content_of(2), kStart);

  CHECK(roster.uploaded() == 2);
  CHECK(roster.traffic().lan == PeerTraffic{100, 7});
  CHECK(roster.traffic().internet == PeerTraffic{20, 3});
  CHECK(roster.traffic(content_of(1)).lan == PeerTraffic{100, 0});
  CHECK(roster.traffic(content_of(2)).lan == PeerTraffic{0, 7});
  CHECK(roster.traffic(content_of(3)) == ByPeerClass<PeerTraffic>{});
}

TEST_CASE("rates are averages over twenty seconds", "[roster]") {
  Roster roster({}, {});
  Batch batch = two_peers();
  batch.received = {{kOne, 20'000}};
  roster.take(batch, content_of(1), kStart);

  CHECK(roster.peers(kStart).front().receiving.value == 1000);
  auto const later = roster.peers(kStart + 20s).front().receiving.value;
  CHECK(later > 360);
  CHECK(later < 370);
}

TEST_CASE("a ban names the peer and what it sent", "[roster]") {
  Roster roster({}, {.first = 1h});
  roster.take(two_peers(), content_of(1), kStart);
  Offence offence{.why = {Errc::piece_mismatch, {}, "sent wrong bytes"}, .bytes = {0, 16384}};
  offence.got.bytes[0] = std::byte{9};

  auto const banned = roster.ban(kOne, offence, kNow);

  REQUIRE(banned);
  CHECK(banned->address == "192.0.2.1:7680");
  CHECK_FALSE(roster.ban(kOne, offence, kNow));
  CHECK_FALSE(roster.ban(SourceId{kFirstPeerSource + 9}, offence, kNow));
  auto const ban = roster.bans().active(kNow).front();
  CHECK(ban.address == "192.0.2.1");
  CHECK(ban.content == content_of(1));
  CHECK(ban.bytes == ByteRange{0, 16384});
  CHECK(ban.got == offence.got);
  auto const status = roster.peers(kStart).front();
  CHECK(status.trouble == "banned: sent wrong bytes");
  CHECK(status.banned_until == kNow + 1h);
}

TEST_CASE("of a closed network those stay who served us and were never wrong", "[roster]") {
  Roster roster({}, {});
  roster.take(two_peers(), content_of(1), kStart);
  Batch idle;
  idle.peers = {peer_of(SourceId{kFirstPeerSource + 3}, "192.0.2.3:7680", PeerClass::lan)};
  roster.take(idle, content_of(1), kStart);
  REQUIRE(roster.ban(kOne, {.why = {Errc::piece_mismatch, {}, "lied"}}, kNow));

  CHECK(roster.proven_addresses(kNow) == std::vector<std::string>{"198.51.100.1"});
}

TEST_CASE("peers that left and contents long gone are forgotten first", "[roster]") {
  Roster roster({.gone_max = 1, .contents_max = 1}, {});
  auto batch = two_peers();
  batch.gone = {{kOne, {Errc::connection_lost, {}, "left"}}};
  roster.take(batch, content_of(1), kStart);
  CHECK(roster.peers(kStart).front().trouble == "left");
  Batch more;
  more.sent = {{kTwo, 1}};
  more.gone = {{kTwo, {Errc::connection_lost, {}, "left too"}}};
  roster.take(more, content_of(2), kStart);

  CHECK(roster.peers(kStart).size() == 1);
  CHECK(roster.traffic(content_of(1)) == ByPeerClass<PeerTraffic>{});
  CHECK(roster.traffic().internet == PeerTraffic{20, 4});
}

TEST_CASE("who went and came again is listed once", "[roster]") {
  Roster roster({}, {});
  auto first = peer_of(kOne, "192.0.2.1:7680", PeerClass::lan);
  first.key = 7;
  Batch met;
  met.peers = {first};
  met.received = {{kOne, 100}};
  met.gone = {{kOne, {Errc::connection_lost, {}, "left"}}};
  roster.take(met, content_of(1), kStart);
  auto again = peer_of(kTwo, "192.0.2.1:40001", PeerClass::lan);
  again.key = 7;
  Batch back;
  back.peers = {again};
  back.received = {{kTwo, 20}};
  roster.take(back, content_of(1), kStart);

  REQUIRE(roster.peers(kStart).size() == 1);
  auto const listed = roster.peers(kStart).front();
  CHECK(listed.connected);
  CHECK(listed.address == "192.0.2.1:40001");
  CHECK(listed.trouble.empty());
  CHECK(listed.received == 120);
  // At another content it is another line, and what it did before it went still counts.
  roster.take(back, content_of(2), kStart);
  CHECK(roster.ban(kOne, {.why = {Errc::piece_mismatch, {}, "lied"}}, kNow));
}

TEST_CASE("of two connections with one peer the one that stays is listed", "[roster]") {
  Roster roster({}, {});
  Batch batch;
  batch.peers = {peer_of(kOne, "192.0.2.1:7680", PeerClass::lan),
                 peer_of(kTwo, "192.0.2.1:7680", PeerClass::lan)};
  batch.gone = {{kTwo, {Errc::connection_lost, {}, "the same peer twice"}}};
  roster.take(batch, content_of(1), kStart);

  REQUIRE(roster.peers(kStart).size() == 1);
  CHECK(roster.peers(kStart).front().connected);
  CHECK(roster.peers(kStart).front().trouble.empty());
}
