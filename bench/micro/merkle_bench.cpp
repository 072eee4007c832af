// How fast one core verifies pieces. Every downloaded byte passes through this once.
#include <catch2/catch.hpp>

#include "engine/base/hash.h"
#include "engine/content/merkle.h"
#include "engine/content/merkle_builder.h"

using namespace freshet;

TEST_CASE("blocks of one piece", "[bench]") {
  std::vector<std::byte> const piece(1_MiB, std::byte{0x5a});
  std::vector<Digest> leaves(piece.size() / kBlockBytes);
  BENCHMARK("hash the blocks of 1 MiB") {
    hash_blocks(piece, leaves);
    return leaves.front();
  };
  BENCHMARK("SHA-256 over 1 MiB at once") {
    return sha256(piece);
  };
}

TEST_CASE("nodes of the tree", "[bench]") {
  std::vector<Digest> const leaves(64, sha256({}));
  BENCHMARK("root of 64 blocks") {
    return merkle_root(leaves);
  };
  std::vector<Digest> const layer(4096, sha256({}));
  BENCHMARK("root of a layer of 4096 pieces") {
    return merkle_root(layer, 64);
  };
}

TEST_CASE("identity while bytes arrive", "[bench]") {
  std::vector<Digest> const leaves(64, sha256({}));
  BENCHMARK("fold 1 GiB of block hashes, 1 MiB at a time") {
    MerkleBuilder builder;
    for (std::uint64_t block = 0; block < 65'536; block += leaves.size()) {
      if (!builder.add(block, leaves)) std::abort();
    }
    return builder.finish(1_GiB);
  };
}
