// Consecutive pieces, half-open.
#pragma once

#include "freshet/content_id.h"

namespace freshet {

struct PieceRange {
  PieceIndex begin{};
  PieceIndex end{};

  [[nodiscard]] constexpr std::uint32_t size() const { return to_number(end) - to_number(begin); }
  [[nodiscard]] constexpr bool empty() const { return to_number(begin) >= to_number(end); }
  [[nodiscard]] constexpr bool contains(PieceIndex piece) const {
    return piece >= begin && piece < end;
  }
  auto operator<=>(PieceRange const&) const = default;
};

[[nodiscard]] constexpr PieceRange pieces(std::uint32_t begin, std::uint32_t end) {
  return {PieceIndex{begin}, PieceIndex{end}};
}

}  // namespace freshet
