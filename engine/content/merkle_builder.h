// The identity of a content from the hashes of its blocks, which may come in any order.
//
// A value; any thread, one at a time. Memory is one hash a piece, and for pieces in progress at
// most one hash a block: finished subtrees fold to their root at once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "engine/content/manifest.h"

namespace freshet {

class MerkleBuilder {
 public:
  // The length is not known yet: pieces grow with the highest block seen, as the canonical piece
  // length of a content of at least that length does (`piece_length_from`).
  MerkleBuilder();
  // Pieces of a fixed length (a power of two of blocks).
  explicit MerkleBuilder(Bytes piece_length);

  // Hashes of consecutive blocks from `first_block` on. Blocks that are already there are ignored.
  // Blocks past what `kPiecesMax` allows are refused: limit_reached.
  [[nodiscard]] Result<void> add(std::uint64_t first_block, std::span<Digest const> leaves);

  // Forgets all blocks of a piece (of the current piece length).
  void forget(PieceIndex piece);

  [[nodiscard]] Bytes piece_length() const;
  // Root of a piece of a content of this length, once all of its blocks are there.
  [[nodiscard]] std::optional<Digest> piece_root(PieceIndex piece, Bytes length) const;

  // The whole, for a content of this length. A builder without a fixed piece length makes the
  // canonical manifest. invalid_state when a block is missing, invalid_argument when one is past
  // the end.
  [[nodiscard]] Result<std::shared_ptr<Manifest const>> finish(Bytes length);

 private:
  // A node covers the blocks [index << level, (index + 1) << level).
  struct Node {
    unsigned level = 0;
    std::uint64_t index = 0;
    [[nodiscard]] std::uint64_t key() const { return (std::uint64_t{level} << 56) | index; }
    [[nodiscard]] Node parent() const { return {level + 1, index / 2}; }
    [[nodiscard]] Node sibling() const { return {level, index ^ 1}; }
  };

  [[nodiscard]] Digest const* find(Node node) const;
  [[nodiscard]] bool covered(std::uint64_t block) const;
  void insert(Node node, Digest digest);
  void put(Node node, Digest const& digest);
  void erase(Node node);
  void coarsen(unsigned level);
  [[nodiscard]] bool untouched(std::uint64_t piece) const;
  std::span<Digest const> add_run(std::uint64_t block, std::span<Digest const> leaves);
  [[nodiscard]] std::optional<Digest> root_of(Node node, std::uint64_t blocks) const;

  bool fixed_;
  unsigned piece_level_;
  std::uint64_t end_block_ = 0;                             // One past the highest block seen.
  std::vector<std::optional<Digest>> layer_;                // By piece.
  std::unordered_map<std::uint64_t, Digest> below_;         // Folded parts of pieces in progress.
  std::unordered_map<std::uint64_t, std::uint32_t> parts_;  // How many of them, by piece.
};

}  // namespace freshet
