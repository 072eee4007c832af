#include "engine/content/merkle_builder.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "tree_model.h"

using namespace freshet;

namespace {

model::Row random_row(std::size_t blocks, std::uint32_t seed) {
  std::mt19937 random(seed);
  model::Row row(blocks);
  for (auto& leaf : row) {
    for (auto& byte : leaf.bytes) byte = static_cast<std::byte>(random());
  }
  return row;
}

}  // namespace

TEST_CASE("blocks in any order and twice give the same manifest", "[merkle_builder]") {
  std::mt19937 random(1);
  for (std::uint32_t round = 0; round < 40; ++round) {
    auto const row = random_row(random() % 400 + 1, round);
    auto const piece_length = kBlockBytes << (random() % 7);
    std::vector<std::size_t> order(row.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::shuffle(order, random);
    order.resize(order.size() + 1, order.front());

    MerkleBuilder builder(piece_length);
    for (auto const i : order) REQUIRE(builder.add(i, std::span(row).subspan(i, 1)));
    auto const manifest = builder.finish(row.size() * kBlockBytes - 7);

    REQUIRE(manifest);
    REQUIRE((*manifest)->layer == model::layer(row, piece_length));
    REQUIRE((*manifest)->content.root == model::root(row));
  }
}

TEST_CASE("overlapping runs of any size give the same manifest", "[merkle_builder]") {
  std::mt19937 random(8);
  for (std::uint32_t round = 0; round < 40; ++round) {
    auto const row = random_row(random() % 700 + 1, round);
    MerkleBuilder builder;

    for (std::size_t i = 0; i < 60; ++i) {
      auto const at = random() % row.size();
      auto const size = std::min<std::size_t>(random() % 80 + 1, row.size() - at);
      REQUIRE(builder.add(at, std::span(row).subspan(at, size)));
    }
    REQUIRE(builder.add(0, row));
    auto const manifest = builder.finish(row.size() * kBlockBytes);

    REQUIRE(manifest);
    REQUIRE((*manifest)->layer == model::layer(row, piece_length_for(row.size() * kBlockBytes)));
    REQUIRE((*manifest)->content.root == model::root(row));
  }
}

TEST_CASE("a content of unknown length ends with its canonical pieces", "[merkle_builder]") {
  // Up to 256 KiB are one piece; 256 MiB need 64 KiB pieces, a block more needs 128 KiB, 5 GiB need
  // 2 MiB.
  auto const blocks = GENERATE(as<std::size_t>{}, 1, 5, 16, 17, 16384, 16385, 65537, 5 * 65536);
  auto const row = random_row(blocks, 2);
  auto const length = row.size() * kBlockBytes - 1;
  std::vector<std::size_t> runs;
  for (std::size_t at = 0; at < row.size(); at += 24) runs.push_back(at);
  std::mt19937 random(3);
  std::ranges::shuffle(runs, random);

  MerkleBuilder builder;
  for (auto const at : runs) {
    auto const size = std::min<std::size_t>(24, row.size() - at);
    REQUIRE(builder.add(at, std::span(row).subspan(at, size)));
  }
  auto const manifest = builder.finish(length);

  REQUIRE(manifest);
  CHECK((*manifest)->piece_length == piece_length_for(length));
  CHECK((*manifest)->layer == model::layer(row, piece_length_for(length)));
  CHECK((*manifest)->content == ContentId{length, model::root(row)});
}

TEST_CASE("a piece has a root as soon as its own blocks are there", "[merkle_builder]") {
  auto const row = random_row(10, 4);
  auto const piece_length = 4 * kBlockBytes;
  auto const length = 10 * kBlockBytes;
  MerkleBuilder builder(piece_length);

  REQUIRE(builder.add(8, std::span(row).subspan(8, 1)));
  CHECK_FALSE(builder.piece_root(PieceIndex{2}, length));
  REQUIRE(builder.add(9, std::span(row).subspan(9, 1)));

  CHECK(builder.piece_root(PieceIndex{2}, length) == model::layer(row, piece_length)[2]);
  CHECK_FALSE(builder.piece_root(PieceIndex{0}, length));
}

TEST_CASE("a forgotten piece takes new blocks", "[merkle_builder]") {
  auto const wrong = random_row(8, 5);
  auto const right = random_row(8, 6);
  MerkleBuilder builder(4 * kBlockBytes);
  REQUIRE(builder.add(0, std::span(wrong).first(4)));
  REQUIRE(builder.add(5, std::span(wrong).subspan(5, 1)));

  builder.forget(PieceIndex{0});
  builder.forget(PieceIndex{1});
  REQUIRE(builder.add(0, right));

  CHECK((*builder.finish(8 * kBlockBytes))->content.root == model::root(right));
}

TEST_CASE("what is missing or too much is said", "[merkle_builder]") {
  auto const row = random_row(8, 7);
  MerkleBuilder builder(4 * kBlockBytes);
  REQUIRE(builder.add(0, std::span(row).first(7)));

  CHECK(builder.finish(8 * kBlockBytes).error().code == Errc::invalid_state);
  CHECK(builder.finish(6 * kBlockBytes).error().code == Errc::invalid_argument);
  CHECK(builder.finish(7 * kBlockBytes));
  CHECK(builder.add(~0ULL, row).error().code == Errc::limit_reached);
  CHECK(builder.add(1ULL << 60, row).error().code == Errc::limit_reached);
}

TEST_CASE("the empty content has no blocks", "[merkle_builder]") {
  auto const manifest = MerkleBuilder().finish(0);

  REQUIRE(manifest);
  CHECK((*manifest)->content == ContentId{});
  CHECK((*manifest)->layer.empty());
}
