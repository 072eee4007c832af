// Piece hashes of a content whose length is not known yet, block by block.
//
// Pieces have the canonical length for what has arrived; whenever that passes 4096 pieces they are
// folded in pairs, so at most 4096 hashes are kept below 16 GiB. A value; any thread, one at a
// time.
#pragma once

#include <span>
#include <vector>

#include "engine/content/geometry.h"
#include "freshet/digest.h"

namespace freshet::store {

class GrowingTree {
 public:
  // Consecutive; only the last block of all may be short.
  void add(std::span<Digest const> leaves);

  struct Layer {
    Bytes piece_length = kPieceBytesMin;
    std::vector<Digest> hashes;
  };
  [[nodiscard]] Layer finish() &&;

 private:
  void fold();
  void join();  // All to one piece.

  Layer layer_;
  std::vector<Digest> leaves_;  // Of the piece that is not whole yet.
};

}  // namespace freshet::store
