#include "engine/content/piece_map.h"

#include <bit>

#include "engine/base/assert.h"

namespace freshet {

namespace {

constexpr std::uint64_t bit(PieceIndex piece) {
  return 1ULL << (to_number(piece) % 64);
}
constexpr std::size_t word(PieceIndex piece) {
  return to_number(piece) / 64;
}

// The first index at or after `from` whose bit is set in words as `view` shows them.
template <typename View>
std::optional<PieceIndex> next_set(std::size_t words, std::uint32_t size, PieceIndex from,
                                   View const& view) {
  if (to_number(from) >= size) return std::nullopt;
  std::uint64_t current = view(word(from)) & (~0ULL << (to_number(from) % 64));
  for (std::size_t i = word(from); i < words; current = ++i < words ? view(i) : 0) {
    if (current == 0) continue;
    auto const found =
        static_cast<std::uint32_t>(i * 64) + static_cast<std::uint32_t>(std::countr_zero(current));
    return found < size ? std::optional(PieceIndex{found}) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

bool PieceMap::has(PieceIndex piece) const {
  FRESHET_ASSERT(to_number(piece) < size_);
  return (words_[word(piece)] & bit(piece)) != 0;
}

bool PieceMap::set(PieceIndex piece) {
  if (has(piece)) return false;
  words_[word(piece)] |= bit(piece);
  ++count_;
  return true;
}

bool PieceMap::reset(PieceIndex piece) {
  if (!has(piece)) return false;
  words_[word(piece)] &= ~bit(piece);
  --count_;
  return true;
}

void PieceMap::set(PieceRange range) {
  for (auto i = to_number(range.begin); i < to_number(range.end); ++i) set(PieceIndex{i});
}

std::optional<PieceIndex> PieceMap::next_absent(PieceIndex from) const {
  return next_set(words_.size(), size_, from, [this](std::size_t i) { return ~words_[i]; });
}

std::optional<PieceIndex> PieceMap::next_present(PieceIndex from) const {
  return next_set(words_.size(), size_, from, [this](std::size_t i) { return words_[i]; });
}

std::vector<PieceRange> PieceMap::absent_ranges() const {
  std::vector<PieceRange> ranges;
  for (auto begin = next_absent(PieceIndex{0}); begin;) {
    auto const end = next_present(*begin).value_or(PieceIndex{size_});
    ranges.push_back({*begin, end});
    begin = next_absent(end);
  }
  return ranges;
}

std::vector<PieceRange> PieceMap::present_ranges() const {
  std::vector<PieceRange> ranges;
  for (auto begin = next_present(PieceIndex{0}); begin;) {
    auto const end = next_absent(*begin).value_or(PieceIndex{size_});
    ranges.push_back({*begin, end});
    begin = next_present(end);
  }
  return ranges;
}

PieceMap PieceMap::from_words(std::uint32_t pieces, std::vector<std::uint64_t> words) {
  PieceMap map(pieces);
  words.resize(map.words_.size());
  if (pieces % 64 != 0) words.back() &= (1ULL << (pieces % 64)) - 1;
  map.words_ = std::move(words);
  for (auto const value : map.words_)
    map.count_ += static_cast<std::uint32_t>(std::popcount(value));
  return map;
}

}  // namespace freshet
