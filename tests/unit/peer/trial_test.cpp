#include "peer/trial.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace freshet::peer;

namespace {

constexpr PieceIndex kPiece{3};
constexpr std::uint32_t kBlocks = 4;

void send(Trial& trial, std::uint32_t blocks) {
  for (std::uint32_t i = 0; i < blocks; ++i) trial.sent(kPiece);
}

}  // namespace

TEST_CASE("a right piece of its own ends a peer's trial", "[trial]") {
  Trial trial;
  REQUIRE(trial.on());
  send(trial, kBlocks);
  CHECK(trial.on());
  trial.judged(kPiece, kBlocks, true);
  CHECK_FALSE(trial.on());
}

TEST_CASE("a part of a right piece proves nothing", "[trial]") {
  Trial trial;
  send(trial, kBlocks - 1);
  trial.judged(kPiece, kBlocks, true);
  CHECK(trial.on());
  trial.judged(PieceIndex{4}, kBlocks, true);
  CHECK(trial.on());
}

TEST_CASE("a part of a wrong piece begins the trial again", "[trial]") {
  Trial trial;
  send(trial, kBlocks);
  trial.judged(kPiece, kBlocks, true);

  trial.judged(PieceIndex{4}, kBlocks, false);
  CHECK_FALSE(trial.on());  // It had no part in that one.
  send(trial, 1);
  trial.judged(kPiece, kBlocks, false);
  CHECK(trial.on());
  send(trial, kBlocks);
  trial.judged(kPiece, kBlocks, true);
  CHECK_FALSE(trial.on());
}
