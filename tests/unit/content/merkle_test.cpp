#include "engine/content/merkle.h"

#include <catch2/catch.hpp>

#include "tree_model.h"

using namespace freshet;

TEST_CASE("the root of one block is its hash and of two blocks the hash of both", "[merkle]") {
  auto const one = model::leaves(model::random_bytes(100, 1));
  auto const two = model::leaves(model::random_bytes(kBlockBytes + 1, 2));

  CHECK(merkle_root(one) == one.front());
  CHECK(merkle_root(two) == sha256_pair(two[0], two[1]));
  CHECK(merkle_root({}) == Digest{});
}

TEST_CASE("missing leaves are zero hashes and not hashes of zeros", "[merkle]") {
  auto const three = model::leaves(model::random_bytes(3 * kBlockBytes, 3));

  CHECK(merkle_root(three) ==
        sha256_pair(sha256_pair(three[0], three[1]), sha256_pair(three[2], Digest{})));
  CHECK(zero_root(1) == Digest{});
  CHECK(to_hex(zero_root(2)) == "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b");
}

TEST_CASE("blocks are hashed as the slow model does for any length", "[merkle]") {
  auto const size = GENERATE(as<std::size_t>{}, 0, 1, 16383, 16384, 16385, 40000, 262144, 300001);
  auto const bytes = model::random_bytes(size, 4);
  auto const expected = model::leaves(bytes);

  std::vector<Digest> leaves(expected.size());
  hash_blocks(bytes, leaves);

  CHECK(leaves == expected);
  CHECK(merkle_root(leaves) == model::root(expected));
}

TEST_CASE("layers of every piece length fold to the same root", "[merkle]") {
  std::mt19937 random(5);
  for (int round = 0; round < 60; ++round) {
    model::Row row(random() % 300 + 1);
    for (auto& leaf : row) leaf.bytes[0] = static_cast<std::byte>(random());
    for (Bytes piece = kBlockBytes; piece <= 64 * kBlockBytes; piece *= 2) {
      auto const blocks = static_cast<std::size_t>(piece / kBlockBytes);
      auto const expected = model::layer(row, piece);

      std::vector<Digest> layer;
      for (std::size_t at = 0; at < row.size(); at += blocks) {
        auto const leaves = std::span(row).subspan(at).first(std::min(blocks, row.size() - at));
        layer.push_back(piece_root(leaves, piece, row.size() <= blocks));
      }

      REQUIRE(layer == expected);
      REQUIRE(merkle_root(layer, blocks) == model::root(row));
    }
  }
}
