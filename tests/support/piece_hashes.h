// Piece hash files of made bytes, as Delivery Optimization has them.
#pragma once

#include <algorithm>
#include <span>
#include <string>

#include "engine/base/hash.h"
#include "engine/content/piece_hash_file.h"

namespace freshet::test {

[[nodiscard]] inline PieceHashes piece_hashes_of(std::string const& bytes) {
  constexpr std::size_t kPiece = 1 << 20;
  PieceHashes hashes{bytes.size(), kPiece, {}, {}};
  auto const all = std::as_bytes(std::span(bytes));
  for (std::size_t at = 0; at < all.size(); at += kPiece) {
    hashes.pieces.push_back(sha256(all.subspan(at, std::min(kPiece, all.size() - at))));
  }
  hashes.hash_of_hashes = hash_of_hashes(hashes);
  return hashes;
}

}  // namespace freshet::test
