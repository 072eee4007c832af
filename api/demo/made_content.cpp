#include "api/demo/made_content.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "engine/base/hash.h"
#include "engine/content/merkle.h"
#include "engine/content/merkle_builder.h"

namespace freshet::demo {

namespace {

// SplitMix64: each word of the content is its own step of the generator.
std::uint64_t word_at(std::uint64_t index, std::uint64_t seed) {
  std::uint64_t z = seed + (index + 1) * 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

}  // namespace

void MadeContent::read(Bytes begin, std::span<std::byte> out) const {
  std::size_t at = 0;
  while (at < out.size()) {
    auto const word = word_at((begin + at) / 8, seed_);
    auto const skip = static_cast<std::size_t>((begin + at) % 8);
    auto const count = std::min<std::size_t>(8 - skip, out.size() - at);
    std::array<std::byte, 8> bytes;
    std::memcpy(bytes.data(), &word, bytes.size());
    std::memcpy(out.data() + at, bytes.data() + skip, count);
    at += count;
  }
}

Result<MadeContent::Identity> MadeContent::identify() const {
  constexpr std::size_t kBlocks = 64;
  MerkleBuilder tree(piece_length_for(length_));
  Sha256 whole;
  std::vector<std::byte> chunk(kBlocks * kBlockBytes);
  std::array<Digest, kBlocks> leaves;
  for (Bytes at = 0; at < length_; at += chunk.size()) {
    auto const bytes = std::span(chunk).first(std::min<Bytes>(chunk.size(), length_ - at));
    read(at, bytes);
    whole.update(bytes);
    auto const blocks = std::span(leaves).first((bytes.size() + kBlockBytes - 1) / kBlockBytes);
    hash_blocks(bytes, blocks);
    if (auto added = tree.add(at / kBlockBytes, blocks); !added) {
      return tl::unexpected(added.error());
    }
  }
  auto manifest = tree.finish(length_);
  if (!manifest) return tl::unexpected(manifest.error());
  return Identity{std::move(*manifest), whole.finish()};
}

}  // namespace freshet::demo
