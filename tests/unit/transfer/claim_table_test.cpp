#include "engine/transfer/claim_table.h"

#include <catch2/catch.hpp>

namespace freshet {
namespace {

using namespace std::chrono_literals;

// Four groups of two pieces.
struct Table {
  void hear(std::uint64_t peer, PieceRange range, Duration at, bool proven = false) {
    Claim const claim{range, 30s};
    table.hear({id(peer), proven}, {&claim, 1}, TimePoint{at});
  }
  void forget(std::uint64_t peer, Duration at) { table.forget(id(peer), TimePoint{at}); }
  [[nodiscard]] bool claimed(std::uint32_t piece, Duration at) const {
    return table.claimed(PieceIndex{piece}, TimePoint{at});
  }
  static SourceId id(std::uint64_t peer) { return SourceId{kFirstPeerSource + peer}; }

  ClaimTable table{{.pieces = 8, .group_pieces = 2, .patience = 3s}};
};

TEST_CASE("a claim is heeded for a while however often it is repeated", "[claims]") {
  Table world;
  world.hear(1, pieces(0, 2), 0s);
  world.hear(1, pieces(1, 2), 2s);
  CHECK(world.claimed(1, 2999ms));
  CHECK(world.table.next_expiry(TimePoint{2s}) == TimePoint{3s});
  CHECK_FALSE(world.claimed(0, 2999ms));
  CHECK_FALSE(world.claimed(1, 3s));
}

TEST_CASE("strangers who take turns hold a group no longer than one", "[claims]") {
  Table world;
  world.hear(1, pieces(0, 2), 0s);
  world.forget(1, 1s);
  CHECK_FALSE(world.claimed(0, 1s));
  // One is there still, and was there before.
  world.hear(2, pieces(0, 2), 10s);
  world.hear(3, pieces(0, 2), 11s);
  CHECK(world.claimed(0, 11999ms));
  world.forget(2, 11500ms);
  CHECK(world.table.next_expiry(TimePoint{11500ms}) == TimePoint{12s});
  CHECK_FALSE(world.claimed(0, 12s));
  world.hear(4, pieces(0, 2), 13s);
  CHECK_FALSE(world.claimed(0, 13s));
  // Other groups have a time of their own.
  world.hear(5, pieces(1, 4), 13s);
  CHECK_FALSE(world.claimed(1, 13s));
  CHECK(world.claimed(2, 13s));
}

TEST_CASE("who has brought something is heeded after strangers and never for long", "[claims]") {
  Table world;
  world.hear(1, pieces(0, 2), 0s);
  world.forget(1, 3s);
  Duration held{};
  for (std::uint64_t peer = 2; peer < 20; ++peer) {
    auto const begin = Duration{10s} * peer;
    world.hear(peer, pieces(0, 2), begin, true);
    auto const end = world.table.next_expiry(TimePoint{begin});
    REQUIRE(end);
    if (peer == 2) CHECK(*end == TimePoint{begin + 3s});
    held += *end - TimePoint{begin};
    world.forget(peer, begin + 9s);
  }
  CHECK(held <= 6s);
}

TEST_CASE("claims past the end of the content claim what there is", "[claims]") {
  Table world;
  world.hear(1, pieces(7, 20), 0s);
  world.hear(2, pieces(9, 20), 0s);
  CHECK(world.claimed(7, 1s));
  CHECK(world.table.of(Table::id(1)).size() == 1);
  CHECK(world.table.of(Table::id(2)).empty());
}

}  // namespace
}  // namespace freshet
