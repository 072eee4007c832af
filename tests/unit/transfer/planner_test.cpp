#include "engine/transfer/planner.h"

#include <catch2/catch.hpp>

#include "tests/support/sim_loop.h"

namespace freshet {
namespace {

using namespace std::chrono_literals;

// A planner with one admitted source and a content of one piece.
struct OnePiece {
  OnePiece() {
    Source source;
    source.id = SourceId{1};
    source.host = budget.host("origin");
    source.admission = Admission::admitted;
    sources.add(source);
    planner.open({256_KiB, 256_KiB}, PieceMap(1));
    planner.want({0, 256_KiB});
  }
  // Who is asked for what, now.
  std::vector<StartFetch> started() {
    std::vector<StartFetch> all;
    for (auto const& order : planner.plan(now).orders) {
      if (auto const* const start = std::get_if<StartFetch>(&order)) all.push_back(*start);
    }
    return all;
  }
  void end(FetchId fetch, Bytes next) {
    static_cast<void>(planner.on_end(fetch, {std::nullopt, next, next, std::nullopt}, now));
  }

  TimePoint now{};
  test::SeededRandom random{1};
  SourceBook sources{{5, 100ms, 1s}, random};
  ConnectionBudget budget{8, 8};
  FetchIds ids;
  DecisionRecord why{now, 16};
  Planner planner{{sources, budget, ids, why, random}, {}};
};

TEST_CASE("a piece refused before its bytes were reported is asked for again", "[planner]") {
  OnePiece world;
  auto const first = world.started();
  REQUIRE(first.size() == 1);

  world.planner.on_rejected(PieceIndex{0});
  world.planner.on_progress(first[0].id, 256_KiB, world.now);
  world.end(first[0].id, 256_KiB);

  auto const again = world.started();
  REQUIRE(again.size() == 1);
  CHECK(again[0].begin == 0);
}

TEST_CASE("a refused piece of which the end alone reports the bytes is asked for again",
          "[planner]") {
  OnePiece world;
  auto const first = world.started();
  REQUIRE(first.size() == 1);

  world.planner.on_rejected(PieceIndex{0});
  world.end(first[0].id, 256_KiB);

  CHECK(world.started().size() == 1);
}

TEST_CASE("a piece refused in the middle of a block is asked for from the block's start",
          "[planner]") {
  OnePiece world;
  auto const first = world.started();
  REQUIRE(first.size() == 1);

  world.planner.on_progress(first[0].id, 100'000, world.now);
  world.planner.on_rejected(PieceIndex{0});
  world.end(first[0].id, 256_KiB);

  for (auto const& again : world.started()) CHECK(again.begin % 16_KiB == 0);
}

TEST_CASE("a piece that came is not asked for again while the store judges it", "[planner]") {
  OnePiece world;
  auto const first = world.started();
  REQUIRE(first.size() == 1);

  world.end(first[0].id, 256_KiB);

  CHECK(world.started().empty());
}

}  // namespace
}  // namespace freshet
