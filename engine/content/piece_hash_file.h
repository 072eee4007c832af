// Piece hash files of Delivery Optimization: SHA-256 of consecutive pieces, and one hash over them
// all.
//
// Pure; any thread. Not a hash tree: such a file proves the bytes of a content once its pieces are
// whole, but its root is no ContentId. It goes with a spool as part of its `Identity`, and the
// store checks it at the latest when it seals the content.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/hash.h"
#include "engine/content/geometry.h"
#include "freshet/error.h"

namespace freshet {

// Of a file with the most pieces and some room.
inline constexpr std::size_t kPieceHashFileBytesMax = 64U << 20;
inline constexpr std::uint32_t kPieceHashesMax = 1U << 20;  // 1 TiB in pieces of 1 MiB.

struct PieceHashes {
  Bytes length = 0;
  std::uint32_t piece_length = 0;  // Usually 1 MiB; a multiple of a block, up to 128 MiB.
  std::vector<Digest> pieces;      // SHA-256 of each; the last piece may be short.
  Digest hash_of_hashes;           // Over length, piece length and pieces.

  // The bytes that one entry of `pieces` is the hash of.
  [[nodiscard]] ByteRange bytes_of(std::size_t piece) const;
};

// SHA-256 over version, length, piece length and the piece hashes; what names the content.
[[nodiscard]] Digest hash_of_hashes(PieceHashes const& hashes);

// Reads the JSON form and compares its hash of hashes with what it says itself. manifest_invalid.
[[nodiscard]] Result<std::shared_ptr<PieceHashes const>> read_piece_hash_file(
    std::string_view text);
// The same, and with the hash of hashes that the application got elsewhere: manifest_mismatch.
[[nodiscard]] Result<std::shared_ptr<PieceHashes const>> read_piece_hash_file(
    std::string_view text, Digest const& expected);
// One line, keys in the order of published files.
[[nodiscard]] std::string write_piece_hash_file(PieceHashes const& hashes);

// Compares a content with its piece hashes as its bytes go by, from the first to the last. A value;
// one thread at a time.
class PieceHashVerifier {
 public:
  explicit PieceHashVerifier(std::shared_ptr<PieceHashes const> hashes);

  // The bytes that follow those given before. length_mismatch past the end.
  [[nodiscard]] Result<void> update(std::span<std::byte const> bytes);
  // Wrong pieces among those that were whole so far, in order.
  [[nodiscard]] std::vector<ByteRange> const& wrong() const { return wrong_; }
  // Everything was there and right: length_mismatch or digest_mismatch otherwise.
  [[nodiscard]] Result<void> finish() const;

 private:
  void close_piece();

  std::shared_ptr<PieceHashes const> hashes_;  // Shared with the Identity it came from; immutable.
  Sha256 hash_;
  Bytes position_ = 0;
  std::vector<ByteRange> wrong_;
};

}  // namespace freshet
