#include "peer/request_watch.h"

namespace freshet::peer {

bool RequestWatch::any_of(std::uint32_t piece) const {
  auto const next = open_.lower_bound({piece, 0});
  return next != open_.end() && next->first == piece;
}

bool RequestWatch::asked(PieceIndex piece, std::uint32_t begin, TimePoint now) {
  if (open_.empty()) heard_ = now;
  bool const first = !any_of(to_number(piece));
  open_.emplace(to_number(piece), begin);
  return first;
}

bool RequestWatch::settled(PieceIndex piece, std::uint32_t begin) {
  return open_.erase({to_number(piece), begin}) == 1 && !any_of(to_number(piece));
}

std::vector<PieceIndex> RequestWatch::clear() {
  std::vector<PieceIndex> pieces;
  for (auto const& [piece, begin] : open_) {
    if (pieces.empty() || to_number(pieces.back()) != piece) pieces.push_back(PieceIndex{piece});
  }
  open_.clear();
  return pieces;
}

}  // namespace freshet::peer
