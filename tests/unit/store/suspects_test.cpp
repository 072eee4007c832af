#include "store/suspects.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace freshet::store;

namespace {

constexpr SourceId kLiar{kFirstPeerSource + 1};
constexpr SourceId kHonest{kFirstPeerSource + 2};

Digest hash(int number) {
  Digest digest;
  digest.bytes[0] = static_cast<std::byte>(number);
  return digest;
}

PieceBook::Full attempt(PieceIndex piece, std::vector<Digest> leaves,
                        std::vector<SourceId> senders) {
  return {piece, 1, std::move(leaves), std::move(senders)};
}

}  // namespace

TEST_CASE("the right hashes tell who of several senders lied", "[suspects]") {
  Suspects suspects(100);
  std::vector<Digest> const right{hash(1), hash(2), hash(3), hash(4)};
  suspects.keep(attempt(PieceIndex{5}, {hash(1), hash(9), hash(8), hash(4)},
                        {kHonest, kLiar, kLiar, kHonest}));

  CHECK(suspects.convict(PieceIndex{6}, right, {0, 4 * kBlockBytes}).empty());
  auto const blame = suspects.convict(PieceIndex{5}, right, {1000, 1000 + 3 * kBlockBytes + 5});

  REQUIRE(blame.size() == 1);
  CHECK(blame.front().who == kLiar);
  CHECK(blame.front().range == ByteRange{1000 + kBlockBytes, 1000 + 2 * kBlockBytes});
  CHECK(blame.front().expected == hash(2));
  CHECK(blame.front().got == hash(9));
  CHECK(blame.front().certain);
  CHECK(suspects.blocks() == 0);
  CHECK(suspects.convict(PieceIndex{5}, right, {0, 4 * kBlockBytes}).empty());
}

TEST_CASE("several attempts at a piece convict all who lied", "[suspects]") {
  constexpr SourceId kOther{kFirstPeerSource + 3};
  Suspects suspects(100);
  suspects.keep(attempt(PieceIndex{0}, {hash(1), hash(9)}, {kHonest, kLiar}));
  suspects.keep(attempt(PieceIndex{0}, {hash(8), hash(2)}, {kOther, kHonest}));

  auto const right = std::vector{hash(1), hash(2)};
  auto const blame = suspects.convict(PieceIndex{0}, right, {0, 2 * kBlockBytes});

  REQUIRE(blame.size() == 2);
  CHECK(blame[0].who == kLiar);
  CHECK(blame[1].who == kOther);
}

TEST_CASE("a single sender needs no proof and memory is bounded", "[suspects]") {
  Suspects suspects(4);
  suspects.keep(attempt(PieceIndex{0}, {hash(1), hash(2)}, {kLiar, kLiar}));
  CHECK(suspects.blocks() == 0);
  for (std::uint32_t i = 0; i < 5; ++i) {
    suspects.keep(attempt(PieceIndex{i}, {hash(7), hash(7)}, {kLiar, kHonest}));
  }
  CHECK(suspects.blocks() == 4);
  CHECK(suspects.convict(PieceIndex{0}, std::vector{hash(1), hash(7)}, {0, 1}).empty());
  CHECK(suspects.convict(PieceIndex{4}, std::vector{hash(1), hash(7)}, {0, 1 << 20}).size() == 1);
}
