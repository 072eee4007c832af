#include "engine/transfer/holdings.h"

#include <catch2/catch.hpp>

#include <random>

namespace freshet {
namespace {

using namespace std::chrono_literals;

PieceMap map_of(std::uint32_t size, std::initializer_list<std::uint32_t> pieces) {
  PieceMap map(size);
  for (auto const piece : pieces) map.set(PieceIndex{piece});
  return map;
}

TEST_CASE("a piece is out while we or a peer have it", "[holdings]") {
  Holdings holdings(map_of(3, {0}));
  PieceMap const none(3);
  auto const two = map_of(3, {1, 2});

  CHECK(holdings.on_peer(SourceId{kFirstPeerSource}, none, two, TimePoint{5s}));
  CHECK(holdings.all_out());
  CHECK(holdings.since(PieceIndex{1}) == TimePoint{5s});
  CHECK_FALSE(holdings.with_peers(PieceIndex{0}));

  CHECK_FALSE(holdings.on_peer(SourceId{kFirstPeerSource}, two, none, TimePoint{6s}));
  CHECK_FALSE(holdings.out(PieceIndex{1}));
  CHECK(holdings.out(PieceIndex{0}));
}

TEST_CASE("what two peers have stays out when one of them goes", "[holdings]") {
  Holdings holdings(PieceMap(1));
  PieceMap const none(1);
  auto const all = map_of(1, {0});
  CHECK(holdings.on_peer(SourceId{kFirstPeerSource}, none, all, TimePoint{1s}));
  CHECK_FALSE(holdings.on_peer(SourceId{kFirstPeerSource}, none, all, TimePoint{2s}));

  static_cast<void>(holdings.on_peer(SourceId{kFirstPeerSource}, all, none, TimePoint{3s}));

  CHECK(holdings.all_out());
  CHECK(holdings.since(PieceIndex{0}) == TimePoint{1s});
}

TEST_CASE("peers that come and go have no more time than those that stay", "[holdings]") {
  Holdings holdings(PieceMap(1));
  PieceMap const none(1);
  auto const all = map_of(1, {0});
  auto const peer = SourceId{kFirstPeerSource};
  CHECK(holdings.on_peer(peer, none, all, TimePoint{1s}));
  static_cast<void>(holdings.on_peer(peer, all, none, TimePoint{3s}));

  // It is no news either.
  CHECK_FALSE(holdings.on_peer(peer, none, all, TimePoint{10s}));

  CHECK(holdings.since(PieceIndex{0}) == TimePoint{8s});
}

TEST_CASE("counting as things change comes to the same as counting anew", "[holdings]") {
  std::mt19937 dice(Catch::rngSeed());
  constexpr std::uint32_t kPieces = 130;
  PieceMap own(kPieces);
  Holdings holdings(own);
  std::vector<PieceMap> peers(5, PieceMap(kPieces));
  for (int step = 0; step < 400; ++step) {
    PieceIndex const piece{static_cast<std::uint32_t>(dice() % kPieces)};
    if (dice() % 4 == 0) {
      bool const present = dice() % 3 != 0;
      present ? own.set(piece) : own.reset(piece);
      holdings.on_own(piece, present);
    } else {
      auto& peer = peers[dice() % peers.size()];
      auto after = peer;
      for (int i = 0; i < 20; ++i) after.set(PieceIndex{static_cast<std::uint32_t>(dice() % 130)});
      after.reset(piece);
      static_cast<void>(holdings.on_peer(SourceId{kFirstPeerSource}, peer, after, TimePoint{}));
      peer = after;
    }
    bool all = true;
    for (std::uint32_t i = 0; i < kPieces; ++i) {
      auto const has = [&](PieceMap const& peer) { return peer.has(PieceIndex{i}); };
      bool const out = own.has(PieceIndex{i}) || std::ranges::any_of(peers, has);
      all = all && out;
      REQUIRE(holdings.out(PieceIndex{i}) == out);
    }
    REQUIRE(holdings.all_out() == all);
  }
}

}  // namespace
}  // namespace freshet
