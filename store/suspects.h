// Wrong pieces of several senders, kept until the right hashes of their blocks tell who lied.
//
// Pure, no lock: `Spool` guards it. Bounded: the oldest attempts make room.
#pragma once

#include <cstddef>
#include <deque>
#include <span>
#include <vector>

#include "store/piece_book.h"

namespace freshet::store {

class Suspects {
 public:
  explicit Suspects(std::size_t blocks_max) : blocks_max_(blocks_max) {}

  // An attempt at a piece that did not agree. One of a single sender needs no proof.
  void keep(PieceBook::Full const& wrong);
  // The piece has come right: the first block that each liar sent wrong. `bytes` are the piece's.
  [[nodiscard]] std::vector<Blame> convict(PieceIndex piece, std::span<Digest const> right,
                                           ByteRange bytes);
  [[nodiscard]] std::size_t blocks() const { return blocks_; }

 private:
  std::size_t blocks_max_;
  std::size_t blocks_ = 0;
  std::deque<PieceBook::Full> attempts_;
};

}  // namespace freshet::store
