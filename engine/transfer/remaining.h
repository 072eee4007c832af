// What of a content is wanted, what has been handed to the store, and what nobody was asked for
// yet.
//
// Pure. Thread: engine loop. Counts in pieces what is verified and in blocks what is on its way, so
// that a cut connection costs one block and not a piece.
#pragma once

#include <span>

#include "engine/content/geometry.h"
#include "engine/content/piece_map.h"
#include "engine/transfer/range_set.h"

namespace freshet {

struct Geometry {
  Bytes length = 0;
  Bytes piece_length = 0;

  [[nodiscard]] std::uint32_t pieces() const { return piece_count(length, piece_length); }
  [[nodiscard]] ByteRange bytes(PieceIndex piece) const {
    return bytes_of(piece, piece_length, length);
  }
  // The pieces that hold any byte of `range`.
  [[nodiscard]] PieceRange touched(ByteRange range) const;
};

class Remaining {
 public:
  Remaining(Geometry geometry, PieceMap present);

  // More is wanted: every piece that `range` touches.
  void want(ByteRange range);

  // Someone was asked for it.
  void assign(ByteRange range) { unasked_.subtract(range); }
  // It was handed to the store, which has not said yet whether it is right. Whole blocks.
  void deliver(ByteRange range);
  // Whoever was asked for it will not bring it; `in_flight` is what others will.
  void give_back(ByteRange range, std::span<ByteRange const> in_flight);

  void on_present(PieceIndex piece);
  void on_rejected(PieceIndex piece, std::span<ByteRange const> in_flight);
  // Bytes of one piece that were delivered after the store had dropped them.
  void on_refused(ByteRange range, std::span<ByteRange const> in_flight);
  // What was handed to the store and never became present is asked for again.
  void distrust_delivered(std::span<ByteRange const> in_flight);

  [[nodiscard]] Geometry const& geometry() const { return geometry_; }
  [[nodiscard]] RangeSet const& unasked() const { return unasked_; }
  [[nodiscard]] RangeSet const& delivered() const { return delivered_; }
  [[nodiscard]] PieceMap const& present() const { return present_; }
  // How many bytes of `range` lie in pieces that are present.
  [[nodiscard]] Bytes bytes_present(ByteRange range) const;
  // Every wanted piece is present.
  [[nodiscard]] bool complete() const { return missing_ == 0; }
  [[nodiscard]] std::uint32_t missing() const { return missing_; }
  [[nodiscard]] bool wants(PieceIndex piece) const { return wanted_.has(piece); }

 private:
  Geometry geometry_;
  PieceMap present_;
  PieceMap wanted_;
  std::uint32_t missing_ = 0;  // Wanted and not present.
  RangeSet delivered_;         // Present or handed to the store.
  RangeSet unasked_;           // Wanted, not delivered, not asked for.
};

}  // namespace freshet
