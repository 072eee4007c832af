// The wishes that one transfer serves, and what each still misses.
//
// Thread: engine loop. Owned by its transfer.
#pragma once

#include <vector>

#include "engine/transfer/remaining.h"
#include "engine/transfer/transfers.h"

namespace freshet {

struct WishEntry {
  WishId id = WishId::none;
  Wish wish;
  WishListener* listener = nullptr;
  bool ended = false;         // It was told how it ended.
  bool flushing = false;      // Its ranges are there and become durable.
  PieceMap pieces;            // That it wants, once the geometry is known.
  std::uint32_t missing = 0;  // Of these.

  [[nodiscard]] bool whole() const { return wish.file.ranges.empty(); }
};

class WishBook {
 public:
  void add(WishEntry entry) { entries_.push_back(std::move(entry)); }
  void remove(WishId wish);
  [[nodiscard]] WishEntry* find(WishId wish);
  [[nodiscard]] std::vector<WishEntry>& all() { return entries_; }
  [[nodiscard]] std::vector<WishEntry> const& all() const { return entries_; }
  // Of the wishes that have not ended. Copies of ids: listeners may drop wishes while being told.
  [[nodiscard]] std::vector<WishId> running() const;
  [[nodiscard]] bool any_whole() const;
  // The loosest of the running wishes: what one may have at once does not wait for another.
  [[nodiscard]] FetchLimit limit() const;
  // Someone got everything of the content; true even when that wish is gone.
  [[nodiscard]] bool succeeded() const { return succeeded_; }
  void note_success(WishEntry const& entry) { succeeded_ = succeeded_ || entry.whole(); }

  // What the wish wants of a content of this size, clipped to it. invalid_range when a range begins
  // at or after the end.
  [[nodiscard]] static Result<std::vector<ByteRange>> wanted(Wish const& wish, Bytes length);
  // Counts what is missing anew.
  void measure(WishEntry& entry, Geometry const& geometry, PieceMap const& present);
  void on_present(PieceIndex piece);
  void on_rejected(PieceIndex piece);

 private:
  std::vector<WishEntry> entries_;
  bool succeeded_ = false;
};

}  // namespace freshet
