// Which origin ranges other peers say they are fetching, so that we fetch something else.
//
// Pure: time comes in with each call. Thread: engine loop.
#pragma once

#include <algorithm>
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
  struct Heard {
    SourceId peer = SourceId::none;
    PieceRange range;
    TimePoint expires;
    TimePoint since;  // Heard first.
  };

  explicit ClaimTable(Limits limits) : limits_(limits) {}

  // Replaces what `peer` claimed before. What goes beyond the limits is dropped. A claim that
  // overlaps one before it is as old as that one, and ends when the longest lease from then on
  // ends: repeating itself holds nothing for ever.
  void hear(SourceId peer, std::span<Claim const> claims, TimePoint now);
  void forget(SourceId peer);

  // Calls `with` for each claim that has not expired, or of those the ones that cover `piece`,
  // until it returns true; then true.
  template <typename With>
  [[nodiscard]] bool any(TimePoint now, With with) const {
    for (auto const& claim : claims_) {
      if (claim.expires > now && with(claim)) return true;
    }
    return false;
  }
  template <typename With>
  [[nodiscard]] bool any(PieceIndex piece, TimePoint now, With with) const {
    for (auto const& claim : claims_) {
      if (claim.range.contains(piece) && claim.expires > now && with(claim)) return true;
    }
    return false;
  }
  [[nodiscard]] bool claimed(PieceIndex piece, TimePoint now) const {
    return any(piece, now, [](Heard const&) { return true; });
  }
  [[nodiscard]] bool empty() const { return claims_.empty(); }
  // What the peer claimed last.
  [[nodiscard]] std::vector<Heard> of(SourceId peer) const;
  // When the next claim that holds now ends, each of them as `end_of` says.
  template <typename EndOf>
  [[nodiscard]] std::optional<TimePoint> next_end(TimePoint now, EndOf end_of) const {
    std::optional<TimePoint> next;
    for (auto const& claim : claims_) {
      auto const end = end_of(claim);
      if (end > now) next = std::min(next.value_or(end), end);
    }
    return next;
  }

 private:
  Limits limits_;
  std::vector<Heard> claims_;
};

}  // namespace freshet
