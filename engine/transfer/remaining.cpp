#include "engine/transfer/remaining.h"

#include <utility>

namespace freshet {

PieceRange Geometry::touched(ByteRange range) const {
  if (range.empty() || piece_length == 0) return {};
  auto const last = std::min(range.end, length);
  if (last <= range.begin) return {};
  return {piece_at(range.begin, piece_length),
          PieceIndex{to_number(piece_at(last - 1, piece_length)) + 1}};
}

Remaining::Remaining(Geometry geometry, PieceMap present)
    : geometry_(geometry), present_(std::move(present)), wanted_(geometry.pieces()) {
  for (auto const range : present_.present_ranges()) {
    delivered_.add({geometry_.bytes(range.begin).begin,
                    geometry_.bytes(PieceIndex{to_number(range.end) - 1}).end});
  }
}

void Remaining::want(ByteRange range) {
  auto const pieces = geometry_.touched(range);
  for (auto piece = pieces.begin; piece < pieces.end; piece = PieceIndex{to_number(piece) + 1}) {
    if (!wanted_.set(piece) || present_.has(piece)) continue;
    ++missing_;
    unasked_.add(geometry_.bytes(piece));
  }
}

void Remaining::deliver(ByteRange range) {
  delivered_.add(range);
  unasked_.subtract(range);
}

void Remaining::give_back(ByteRange range, std::span<ByteRange const> in_flight) {
  RangeSet back;
  auto const pieces = geometry_.touched(range);
  auto piece = wanted_.next_present(pieces.begin);
  while (piece && *piece < pieces.end) {
    auto const bytes = geometry_.bytes(*piece);
    back.add({std::max(bytes.begin, range.begin), std::min(bytes.end, range.end)});
    piece = wanted_.next_present(PieceIndex{to_number(*piece) + 1});
  }
  for (auto const part : delivered_.within(range)) back.subtract(part);
  for (auto const part : in_flight) back.subtract(part);
  for (auto const part : back.ranges()) unasked_.add(part);
}

void Remaining::on_present(PieceIndex piece) {
  if (!present_.set(piece)) return;
  if (wanted_.has(piece)) --missing_;
  deliver(geometry_.bytes(piece));
}

void Remaining::on_rejected(PieceIndex piece, std::span<ByteRange const> in_flight) {
  if (present_.reset(piece) && wanted_.has(piece)) ++missing_;
  auto const bytes = geometry_.bytes(piece);
  delivered_.subtract(bytes);
  give_back(bytes, in_flight);
}

void Remaining::on_refused(ByteRange range, std::span<ByteRange const> in_flight) {
  if (present_.has(piece_at(range.begin, geometry_.piece_length))) return;  // Came again, right.
  delivered_.subtract(range);
  give_back(range, in_flight);
}

void Remaining::distrust_delivered(std::span<ByteRange const> in_flight) {
  for (auto const range : present_.absent_ranges()) {
    ByteRange const bytes{geometry_.bytes(range.begin).begin,
                          geometry_.bytes(PieceIndex{to_number(range.end) - 1}).end};
    delivered_.subtract(bytes);
    give_back(bytes, in_flight);
  }
}

Bytes Remaining::bytes_present(ByteRange range) const {
  if (present_.all()) return range.size();
  Bytes size = 0;
  auto const pieces = geometry_.touched(range);
  auto piece = present_.next_present(pieces.begin);
  while (piece && *piece < pieces.end) {
    auto const bytes = geometry_.bytes(*piece);
    size += std::min(bytes.end, range.end) - std::max(bytes.begin, range.begin);
    piece = present_.next_present(PieceIndex{to_number(*piece) + 1});
  }
  return size;
}

}  // namespace freshet
