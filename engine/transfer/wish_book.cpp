#include "engine/transfer/wish_book.h"

#include <algorithm>

namespace freshet {

void WishBook::remove(WishId wish) {
  std::erase_if(entries_, [wish](WishEntry const& entry) { return entry.id == wish; });
}

WishEntry* WishBook::find(WishId wish) {
  auto const found = std::ranges::find(entries_, wish, &WishEntry::id);
  return found == entries_.end() ? nullptr : &*found;
}

std::vector<WishId> WishBook::running() const {
  std::vector<WishId> ids;
  for (auto const& entry : entries_) {
    if (!entry.ended) ids.push_back(entry.id);
  }
  return ids;
}

bool WishBook::any_whole() const {
  return std::ranges::any_of(entries_,
                             [](WishEntry const& entry) { return !entry.ended && entry.whole(); });
}

FetchLimit WishBook::limit() const {
  std::optional<FetchLimit> loosest;
  for (auto const& entry : entries_) {
    if (entry.ended) continue;
    auto const& limit = entry.wish.limit;
    if (limit.id == LimitId::none) return {};
    if (!loosest || limit.rate > loosest->rate) loosest = limit;
  }
  return loosest.value_or(FetchLimit{});
}

Result<std::vector<ByteRange>> WishBook::wanted(Wish const& wish, Bytes length) {
  if (wish.file.ranges.empty()) return std::vector<ByteRange>{{0, length}};
  std::vector<ByteRange> ranges;
  for (auto const range : wish.file.ranges) {
    if (range.begin >= length) {
      return fail(Errc::invalid_range, {},
                  "a range begins at " + std::to_string(range.begin) + ", the file has " +
                      std::to_string(length) + " bytes");
    }
    ranges.push_back({range.begin, std::min(range.end, length)});
  }
  return ranges;
}

void WishBook::measure(WishEntry& entry, Geometry const& geometry, PieceMap const& present) {
  entry.pieces = PieceMap(geometry.pieces());
  entry.missing = 0;
  auto const ranges = wanted(entry.wish, geometry.length);
  if (!ranges) return;
  for (auto const range : *ranges) {
    auto const pieces = geometry.touched(range);
    for (auto piece = pieces.begin; piece < pieces.end; piece = PieceIndex{to_number(piece) + 1}) {
      if (entry.pieces.set(piece) && !present.has(piece)) ++entry.missing;
    }
  }
}

void WishBook::on_present(PieceIndex piece) {
  for (auto& entry : entries_) {
    if (entry.pieces.size() > to_number(piece) && entry.pieces.has(piece)) --entry.missing;
  }
}

void WishBook::on_rejected(PieceIndex piece) {
  for (auto& entry : entries_) {
    if (entry.pieces.size() > to_number(piece) && entry.pieces.has(piece)) ++entry.missing;
  }
}

}  // namespace freshet
