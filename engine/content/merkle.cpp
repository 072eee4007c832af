#include "engine/content/merkle.h"

#include <bit>
#include <tuple>
#include <vector>

#include "engine/base/assert.h"
#include "engine/base/hash.h"
#include "engine/base/hash_sixteen.h"
#include "engine/base/hash_two.h"

namespace freshet {

namespace {

// Zero roots of all heights up to 2^63 blocks, by height.
std::array<Digest, 64> make_zero_roots() {
  std::array<Digest, 64> roots;
  for (std::size_t height = 1; height < roots.size(); ++height) {
    roots[height] = sha256_pair(roots[height - 1], roots[height - 1]);
  }
  return roots;
}

}  // namespace

void hash_blocks(std::span<std::byte const> bytes, std::span<Digest> leaves) {
  FRESHET_ASSERT(leaves.size() == (bytes.size() + kBlockBytes - 1) / kBlockBytes);
  constexpr std::size_t kMany = 16;
  for (; bytes.size() >= kMany * kBlockBytes; bytes = bytes.subspan(kMany * kBlockBytes)) {
    sha256_sixteen(bytes.first(kMany * kBlockBytes), leaves.first<kMany>());
    leaves = leaves.subspan(kMany);
  }
  for (; bytes.size() >= 2 * kBlockBytes; bytes = bytes.subspan(2 * kBlockBytes)) {
    std::tie(leaves[0], leaves[1]) =
        sha256_two(bytes.first(kBlockBytes), bytes.subspan(kBlockBytes, kBlockBytes));
    leaves = leaves.subspan(2);
  }
  for (Digest& leaf : leaves) {
    auto const block = bytes.first(std::min<std::size_t>(bytes.size(), kBlockBytes));
    leaf = sha256(block);
    bytes = bytes.subspan(block.size());
  }
}

Digest zero_root(std::size_t blocks) {
  FRESHET_ASSERT(std::has_single_bit(blocks));
  static auto const roots = make_zero_roots();
  return roots[static_cast<std::size_t>(std::countr_zero(blocks))];
}

Digest merkle_root(std::span<Digest const> hashes, std::size_t subtree_blocks,
                   std::size_t width_min) {
  FRESHET_ASSERT(std::has_single_bit(width_min));
  if (hashes.empty()) return {};
  std::vector<Digest> level(hashes.begin(), hashes.end());
  for (auto width = std::max(std::bit_ceil(level.size()), width_min); width > 1; width /= 2) {
    if (level.size() % 2 != 0) level.push_back(zero_root(subtree_blocks));
    for (std::size_t i = 0; i < level.size() / 2; ++i) {
      level[i] = sha256_pair(level[2 * i], level[2 * i + 1]);
    }
    level.resize(level.size() / 2);
    subtree_blocks *= 2;
  }
  return level.front();
}

Digest piece_root(std::span<Digest const> leaves, Bytes piece_length, bool only_piece) {
  auto const piece_blocks = static_cast<std::size_t>(piece_length / kBlockBytes);
  FRESHET_ASSERT(leaves.size() <= piece_blocks);
  return merkle_root(leaves, 1, only_piece ? 1 : piece_blocks);
}

}  // namespace freshet
