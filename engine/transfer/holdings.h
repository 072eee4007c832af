// Which pieces of a content are out: with us, or with peers that we know.
//
// Pure. Thread: engine loop.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/content/piece_map.h"
#include "engine/ports/clock.h"
#include "engine/transfer/dues.h"

namespace freshet {

class Holdings {
 public:
  explicit Holdings(PieceMap own);

  // What one peer has, before and now. True when pieces came out that nobody ever had.
  bool on_peer(SourceId peer, PieceMap const& before, PieceMap const& after, TimePoint now);
  void on_own(PieceIndex piece, bool present);

  [[nodiscard]] std::uint32_t pieces() const { return own_.size(); }
  [[nodiscard]] bool with_peers(PieceIndex piece) const { return holders_[to_number(piece)] > 0; }
  // Since when there is a peer that has it, while there is one. When nobody had it in between, as
  // much later: peers that come and go have as much time for it as those that stay.
  [[nodiscard]] TimePoint since(PieceIndex piece) const { return since_[to_number(piece)]; }
  [[nodiscard]] bool out(PieceIndex piece) const { return with_peers(piece) || own_.has(piece); }
  [[nodiscard]] std::uint32_t pieces_out() const { return out_; }
  [[nodiscard]] bool all_out() const { return out_ == pieces(); }
  [[nodiscard]] Dues& dues() { return dues_; }
  [[nodiscard]] Dues const& dues() const { return dues_; }

 private:
  PieceMap own_;
  std::vector<std::uint16_t> holders_;  // Peers that have it, by piece.
  std::vector<TimePoint> since_;
  std::vector<Duration> had_;  // How long peers had it, until nobody did.
  PieceMap known_;             // Was with a peer, or with us.
  std::uint32_t out_ = 0;
  Dues dues_;
};

}  // namespace freshet
