// Which origin ranges other peers say they are fetching, so that we fetch something else.
//
// Pure: time comes in with each call. Thread: engine loop.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "engine/content/piece_range.h"
#include "engine/ports/source_id.h"
#include "engine/ports/swarm.h"

namespace freshet {

class ClaimTable {
 public:
  // A peer cannot block more than this, however much it claims, nor for longer.
  struct Limits {
    std::size_t claims_per_peer_max = 64;
    std::uint32_t pieces_per_peer_max = 4096;
    Duration lease_max = std::chrono::seconds{30};
  };

  explicit ClaimTable(Limits limits) : limits_(limits) {}

  // Replaces what `peer` claimed before. What goes beyond the limits is dropped. A claim that
  // overlaps one before it is as old as that one, and ends when the longest lease from then on
  // ends: repeating itself holds nothing for ever.
  void hear(SourceId peer, std::span<Claim const> claims, TimePoint now);
  void forget(SourceId peer) { by_peer_.erase(peer); }

  struct Heard {
    PieceRange range;
    TimePoint expires;
    TimePoint since;  // Heard first.
  };
  // Calls `with` for each claim that covers `piece` and has not expired, until it returns true;
  // then true.
  template <typename With>
  [[nodiscard]] bool any(PieceIndex piece, TimePoint now, With with) const {
    for (auto const& [peer, claims] : by_peer_) {
      for (auto const& claim : claims) {
        if (claim.expires > now && claim.range.contains(piece) && with(peer, claim)) return true;
      }
    }
    return false;
  }
  [[nodiscard]] bool claimed(PieceIndex piece, TimePoint now) const {
    return any(piece, now, [](SourceId, Heard const&) { return true; });
  }
  [[nodiscard]] bool empty() const { return by_peer_.empty(); }
  // What the peer claims now.
  [[nodiscard]] std::span<Heard const> of(SourceId peer) const;
  // When the next claim that holds now runs out.
  [[nodiscard]] std::optional<TimePoint> next_expiry(TimePoint now) const;

 private:
  Limits limits_;
  std::map<SourceId, std::vector<Heard>> by_peer_;
};

}  // namespace freshet
