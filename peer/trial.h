// Whether a peer has shown that it sends right pieces. Until it has, it is asked for whole pieces:
// one that somebody else had a part in would not tell who of them lies.
//
// Pure. Thread: libtorrent's.
#pragma once

#include <cstdint>
#include <map>

#include "freshet/content_id.h"

namespace freshet::peer {

class Trial {
 public:
  // A block of this piece came from the peer.
  void sent(PieceIndex piece) { ++blocks_[to_number(piece)]; }
  // The piece has so many blocks, and is right or wrong. A right one of its own ends the trial; a
  // wrong one that it had a part in begins it again.
  void judged(PieceIndex piece, std::uint32_t blocks, bool right);
  [[nodiscard]] bool on() const { return on_; }

 private:
  bool on_ = true;
  std::map<std::uint32_t, std::uint32_t> blocks_;  // By piece, of those that nobody judged yet.
};

}  // namespace freshet::peer
