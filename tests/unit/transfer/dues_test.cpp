#include "engine/transfer/dues.h"

#include <catch2/catch.hpp>

namespace freshet {
namespace {

constexpr SourceId kPeer{kFirstPeerSource};
constexpr PieceIndex kPiece{3};

TEST_CASE("who brings a piece owes the others copies until they have it", "[dues]") {
  Dues dues(10);
  dues.set_members(3);

  dues.on_first(kPiece, SourceId::none);
  CHECK(dues.of(SourceId::none) == 2);
  dues.on_copy(kPiece);
  dues.on_copy(kPiece);

  CHECK(dues.of(SourceId::none) == 0);
  CHECK(dues.total() == 0);
  dues.on_copy(kPiece);
  CHECK(dues.total() == 0);
}

TEST_CASE("in a large crowd a piece spreads by itself after a few copies", "[dues]") {
  Dues dues(10);
  dues.set_members(50);

  dues.on_first(kPiece, kPeer);

  CHECK(dues.of(kPeer) == dues.per_piece());
  CHECK(dues.per_piece() < 10);
}

TEST_CASE("who goes owes nothing and alone nobody does", "[dues]") {
  Dues dues(10);
  dues.set_members(8);
  dues.on_first(kPiece, kPeer);
  dues.on_first(PieceIndex{4}, SourceId::none);

  dues.forget(kPeer);

  CHECK(dues.of(kPeer) == 0);
  CHECK(dues.total() == dues.of(SourceId::none));
  dues.on_copy(kPiece);
  CHECK(dues.total() == dues.of(SourceId::none));
  dues.set_members(1);
  dues.on_first(PieceIndex{5}, SourceId::none);
  CHECK(dues.total() == 0);
}

}  // namespace
}  // namespace freshet
