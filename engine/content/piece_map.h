// Which pieces of a content are there: one bit each, and a count. A value.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/content/piece_range.h"
#include "freshet/content_id.h"

namespace freshet {

class PieceMap {
 public:
  PieceMap() = default;
  explicit PieceMap(std::uint32_t pieces) : words_((pieces + 63) / 64), size_(pieces) {}

  [[nodiscard]] std::uint32_t size() const { return size_; }
  [[nodiscard]] std::uint32_t count() const { return count_; }
  [[nodiscard]] bool all() const { return count_ == size_; }
  [[nodiscard]] bool none() const { return count_ == 0; }

  [[nodiscard]] bool has(PieceIndex piece) const;
  // True when the bit changed.
  bool set(PieceIndex piece);
  bool reset(PieceIndex piece);
  void set(PieceRange range);

  // The first piece at or after `from` that is absent (present); nothing when there is none.
  [[nodiscard]] std::optional<PieceIndex> next_absent(PieceIndex from) const;
  [[nodiscard]] std::optional<PieceIndex> next_present(PieceIndex from) const;
  // Longest runs of equal bits, in order.
  [[nodiscard]] std::vector<PieceRange> absent_ranges() const;
  [[nodiscard]] std::vector<PieceRange> present_ranges() const;

  // 64 pieces a word, piece 0 in the lowest bit of word 0; bits past the end are 0.
  [[nodiscard]] std::vector<std::uint64_t> const& words() const { return words_; }
  [[nodiscard]] static PieceMap from_words(std::uint32_t pieces, std::vector<std::uint64_t> words);

  bool operator==(PieceMap const&) const = default;

 private:
  std::vector<std::uint64_t> words_;
  std::uint32_t size_ = 0;
  std::uint32_t count_ = 0;
};

}  // namespace freshet
