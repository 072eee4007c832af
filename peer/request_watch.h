// What we asked of one peer and did not get yet, and whether the peer hangs.
//
// Pure: time comes in with each call. Thread: libtorrent's.
#pragma once

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "freshet/content_id.h"
#include "freshet/units.h"

namespace freshet::peer {

class RequestWatch {
 public:
  // True when it is the first open request for a block of this piece.
  bool asked(PieceIndex piece, std::uint32_t begin, TimePoint now);
  // Arrived, refused or withdrawn. True when no block of this piece is asked for any more.
  bool settled(PieceIndex piece, std::uint32_t begin);
  // A block came, asked for or not.
  void heard(TimePoint now) { heard_ = now; }
  // All requests are void; the pieces they were for.
  [[nodiscard]] std::vector<PieceIndex> clear();

  [[nodiscard]] bool hangs(TimePoint now, Duration limit) const {
    return !open_.empty() && now - heard_ > limit;
  }
  [[nodiscard]] std::size_t open() const { return open_.size(); }

 private:
  [[nodiscard]] bool any_of(std::uint32_t piece) const;

  std::set<std::pair<std::uint32_t, std::uint32_t>> open_;  // Piece and begin.
  TimePoint heard_{};  // The last block, or when there was first something to wait for.
};

}  // namespace freshet::peer
