// What one decision costs. A transfer decides again after every piece and every word of a peer, on
// the one loop that all transfers share: ten crowds of a hundred peers make some ten thousand a
// second.
#include <catch2/catch.hpp>

#include "engine/transfer/planner.h"
#include "tests/support/sim_loop.h"

using namespace freshet;
using namespace std::chrono_literals;

namespace {

constexpr Bytes kPiece = 1_MiB;
constexpr std::uint32_t kPieces = 16'384;

// 16 GiB of which one source has everything, and some peers every other piece.
struct Transfer {
  explicit Transfer(std::uint32_t peers) {
    Source source;
    source.id = SourceId{1};
    source.host = budget.host("origin");
    source.admission = Admission::admitted;
    sources.add(source);
    planner.open({kPieces * kPiece, kPiece}, PieceMap(kPieces));
    planner.want({0, kPieces * kPiece});
    if (peers == 0) return;
    planner.join_crowd({1, 2}, {}, now);
    PieceMap has(kPieces);
    for (std::uint32_t piece = 0; piece < kPieces; piece += 2) has.set(PieceIndex{piece});
    for (std::uint32_t peer = 0; peer < peers; ++peer) {
      PeerInfo info;
      info.id = SourceId{kFirstPeerSource + peer};
      info.key = 1000 + peer;
      info.speaks_claims = true;
      planner.crowd()->add(info, now);
      planner.crowd()->on_has(info.id, has, now);
    }
  }
  // A piece came from a peer, and what follows from that is decided.
  std::size_t step() {
    now += 1ms;
    auto const piece = PieceIndex{next++ % kPieces};
    if (auto* const crowd = planner.crowd())
      crowd->on_received(SourceId{kFirstPeerSource}, kPiece, now);
    planner.on_present(piece, SourceId{1}, now);
    auto const orders = planner.plan(now).orders.size();
    planner.on_rejected(piece);  // Or there would soon be nothing left to decide.
    return orders;
  }

  TimePoint now{100s};
  std::uint32_t next = 0;
  test::SeededRandom random{1};
  SourceBook sources{{5, 100ms, 1s}, random};
  ConnectionBudget budget{8, 8};
  FetchIds ids;
  DecisionRecord why{now, 16};
  Planner planner{{sources, budget, ids, why, random}, {}};
};

}  // namespace

TEST_CASE("decisions of one transfer of 16 GiB", "[bench]") {
  Transfer alone(0);
  BENCHMARK("with the origin alone") {
    return alone.step();
  };
  Transfer few(8);
  BENCHMARK("with 8 peers") {
    return few.step();
  };
  Transfer many(200);
  BENCHMARK("with 200 peers") {
    return many.step();
  };
}

TEST_CASE("what peers say in a transfer of 16 GiB", "[bench]") {
  Transfer many(200);
  std::uint32_t piece = 1;
  BENCHMARK("a claim of one of 200 peers") {
    piece = (piece + 2) % (kPieces - 1);
    Claim const claim{{PieceIndex{piece}, PieceIndex{piece + 1}}, 5s};
    many.planner.crowd()->on_claims(SourceId{kFirstPeerSource}, {&claim, 1}, many.now);
    return many.planner.plan(many.now += 1ms).orders.size();
  };
}
