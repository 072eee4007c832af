#include "peer/report.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace freshet::peer;
using namespace std::chrono_literals;

namespace {

constexpr SourceId kPeer{kFirstPeerSource + 1};

PeerInfo info() {
  PeerInfo peer;
  peer.id = kPeer;
  peer.address = "192.0.2.1:7680";
  return peer;
}

}  // namespace

TEST_CASE("nothing of a peer is told before it is introduced and nothing is lost", "[report]") {
  Report report(SpoolId{1}, 10);
  report.arrive(kPeer);
  report.has(kPeer, PieceIndex{3});
  report.claims(kPeer, {{pieces(0, 2), 1s}});
  auto batch = report.take();
  CHECK(batch.peers.empty());
  CHECK(batch.has.empty());
  CHECK(batch.claims.empty());

  report.introduce(info());
  CHECK(report.pending());
  batch = report.take();

  REQUIRE(batch.peers.size() == 1);
  REQUIRE(batch.has.size() == 1);
  CHECK(batch.has.front().second.has(PieceIndex{3}));
  REQUIRE(batch.claims.size() == 1);
  CHECK_FALSE(report.pending());
}

TEST_CASE("many changes between two reports are told once", "[report]") {
  Report report(SpoolId{1}, 10);
  report.arrive(kPeer);
  report.introduce(info());
  static_cast<void>(report.take());

  report.has(kPeer, PieceIndex{1});
  report.has(kPeer, PieceIndex{2});
  report.received(kPeer, 10);
  report.received(kPeer, 20);
  report.sent(kPeer, 5);
  report.claims(kPeer, {{pieces(0, 2), 1s}});
  report.claims(kPeer, {});
  auto const batch = report.take();

  REQUIRE(batch.has.size() == 1);
  CHECK(batch.has.front().second.count() == 2);
  CHECK(batch.received.front().second == 30);
  CHECK(batch.sent.front().second == 5);
  REQUIRE(batch.claims.size() == 1);
  CHECK(batch.claims.front().second.empty());
  CHECK(report.take().received.empty());
}

TEST_CASE("a piece is asked for while any peer is asked and told only when that changes",
          "[report]") {
  Report report(SpoolId{1}, 10);
  report.asked(PieceIndex{4});
  report.asked(PieceIndex{4});
  CHECK(report.take().asked == std::vector{std::pair{PieceIndex{4}, true}});
  report.settled(PieceIndex{4});
  CHECK(report.take().asked.empty());
  report.settled(PieceIndex{4});
  CHECK(report.take().asked == std::vector{std::pair{PieceIndex{4}, false}});

  report.asked(PieceIndex{5});
  report.settled(PieceIndex{5});
  CHECK(report.take().asked.empty());
}

TEST_CASE("what a peer sent last is told before it is gone", "[report]") {
  Report report(SpoolId{1}, 10);
  report.arrive(kPeer);
  report.introduce(info());
  static_cast<void>(report.take());
  report.received(kPeer, 7);
  report.leave(kPeer, {Errc::stalled, {}, {}});

  auto const batch = report.take();

  CHECK(batch.received.front().second == 7);
  REQUIRE(batch.gone.size() == 1);
  CHECK(batch.gone.front().second.code == Errc::stalled);
  CHECK(report.peers() == 0);
}

TEST_CASE("a peer that leaves unseen is not told at all", "[report]") {
  Report report(SpoolId{1}, 10);
  report.arrive(kPeer);
  report.leave(kPeer, {});

  CHECK(report.take().gone.empty());
  CHECK(report.peers() == 0);
}

TEST_CASE("pieces past the content are ignored", "[report]") {
  Report report(SpoolId{1}, 10);
  report.arrive(kPeer);
  report.introduce(info());
  static_cast<void>(report.take());

  report.has(kPeer, PieceIndex{10});
  report.has_not(kPeer, PieceIndex{11});
  report.has(kPeer, PieceMap(11));

  CHECK(report.take().has.empty());
}

TEST_CASE("who is refused is told by address and few at a time", "[report]") {
  Report report(SpoolId{1}, 10);
  for (int i = 0; i < 1000; ++i) {
    report.refuse("192.0.2.1:" + std::to_string(i), {Errc::group_mismatch, {}, "of another group"});
  }
  CHECK(report.pending());

  auto const batch = report.take();

  CHECK(batch.refused.size() == 16);
  CHECK(batch.refused.front().first == "192.0.2.1:0");
  CHECK(report.take().refused.empty());
}
