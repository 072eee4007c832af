// How a content is cut: blocks of 16 KiB, and pieces whose size follows from the length alone.
#pragma once

#include <algorithm>
#include <bit>

#include "freshet/content_id.h"
#include "freshet/units.h"

namespace freshet {

inline constexpr Bytes kBlockBytes = 16 * 1024;
inline constexpr Bytes kPieceBytesMin = 64 * 1024;
inline constexpr Bytes kPieceBytesMax = 4 * 1024 * 1024;
// A content of at most so many is one piece: its root is all there is to know.
inline constexpr Bytes kOnePieceBytes = 256 * 1024;

// Of a content of more than one piece that has at least this length.
[[nodiscard]] constexpr Bytes piece_length_from(Bytes length) {
  return std::clamp(std::bit_ceil(length / 4096 + (length % 4096 != 0)), kPieceBytesMin,
                    kPieceBytesMax);
}

// Frozen: it enters the info-hash. One piece, or the next power of two of length/4096, from 64 KiB
// to 4 MiB.
[[nodiscard]] constexpr Bytes piece_length_for(Bytes length) {
  return length <= kOnePieceBytes ? kOnePieceBytes : piece_length_from(length);
}

[[nodiscard]] constexpr std::uint32_t piece_count(Bytes length, Bytes piece_length) {
  return static_cast<std::uint32_t>(length / piece_length + (length % piece_length != 0));
}

[[nodiscard]] constexpr ByteRange bytes_of(PieceIndex piece, Bytes piece_length, Bytes length) {
  Bytes const begin = to_number(piece) * piece_length;
  return {begin, std::min(begin + piece_length, length)};
}

[[nodiscard]] constexpr PieceIndex piece_at(Bytes position, Bytes piece_length) {
  return PieceIndex{static_cast<std::uint32_t>(position / piece_length)};
}

}  // namespace freshet
