#include "store/growing_tree.h"

#include <catch2/catch.hpp>
#include <random>

#include "engine/content/merkle.h"

using namespace freshet;
using namespace freshet::store;

namespace {

std::vector<Digest> some_leaves(std::size_t count) {
  std::mt19937_64 random(count);
  std::vector<Digest> leaves(count);
  for (auto& leaf : leaves) leaf.bytes[0] = static_cast<std::byte>(random());
  return leaves;
}

std::vector<Digest> layer_at_once(std::span<Digest const> leaves, Bytes piece_length) {
  auto const blocks = static_cast<std::size_t>(piece_length / kBlockBytes);
  std::vector<Digest> layer;
  bool const only = leaves.size() <= blocks;
  while (!leaves.empty()) {
    auto const part = leaves.first(std::min(blocks, leaves.size()));
    layer.push_back(piece_root(part, piece_length, only));
    leaves = leaves.subspan(part.size());
  }
  return layer;
}

}  // namespace

TEST_CASE("a growing tree ends with the layer of the canonical piece length", "[store]") {
  // Within and around one piece, around the first fold at 4096 pieces of 64 KiB, and beyond the
  // third.
  for (std::size_t const blocks : {1UL, 4UL, 5UL, 9UL, 13UL, 15UL, 16UL, 17UL, 1000UL, 16'383UL,
                                   16'384UL, 16'385UL, 65'537UL, 140'000UL}) {
    INFO(blocks << " blocks");
    auto const leaves = some_leaves(blocks);
    GrowingTree tree;
    for (std::size_t at = 0; at < blocks; at += 16) {
      tree.add(std::span(leaves).subspan(at, std::min<std::size_t>(16, blocks - at)));
    }
    auto const layer = std::move(tree).finish();

    CHECK(layer.piece_length == piece_length_for(blocks * kBlockBytes));
    CHECK(layer.hashes == layer_at_once(leaves, layer.piece_length));
  }
}
