// Which origin ranges other peers say they are fetching, so that we fetch something else.
//
// A claim is heeded for a while only, and that while is the group's: who claims what others claimed
// before without bringing it has what they left of it. So peers that come back under other names
// hold a group no longer than one that stays. Those that have brought us nothing and those that
// have are counted apart: a crowd that works is not led to fetch twice by strangers.
//
// Pure: time comes in with each call. Thread: engine loop.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "engine/content/piece_range.h"
#include "engine/ports/source_id.h"
#include "engine/ports/swarm.h"

namespace freshet {

class ClaimTable {
 public:
  struct Limits {
    std::uint32_t pieces = 0;        // Of the content,
    std::uint32_t group_pieces = 1;  // and of each group.
    // A peer cannot block more than this, however much it claims, nor for longer.
    std::size_t claims_per_peer_max = 64;
    std::uint32_t pieces_per_peer_max = 4096;
    Duration lease_max = std::chrono::seconds{30};
    Duration patience = std::chrono::seconds{3};  // How long a group's claims are heeded.
  };
  struct Claimant {
    SourceId peer = SourceId::none;
    bool proven = false;  // It has brought us something.
  };
  struct Heard {
    SourceId peer = SourceId::none;
    PieceRange range;  // Of one group.
    TimePoint expires;
    TimePoint heard;  // The first time.
    TimePoint since;  // As if heard then: earlier by what others have had of this group's time.
  };

  explicit ClaimTable(Limits limits);

  // Replaces what the peer claimed before. What goes beyond the limits is dropped. A claim in a
  // group that the peer claimed before is as old as that one, and ends when the longest lease from
  // then on ends: repeating itself holds nothing for ever.
  void hear(Claimant who, std::span<Claim const> claims, TimePoint now);
  void forget(SourceId peer, TimePoint now);
  void set_patience(Duration patience) { limits_.patience = patience; }
  [[nodiscard]] Duration patience() const { return limits_.patience; }

  // Calls `with` for each claim that is heeded, or of those the ones that cover `piece`, until it
  // returns true; then true.
  template <typename With>
  [[nodiscard]] bool any(TimePoint now, With with) const {
    for (auto const& claim : claims_) {
      if (end_of(claim) > now && with(claim)) return true;
    }
    return false;
  }
  template <typename With>
  [[nodiscard]] bool any(PieceIndex piece, TimePoint now, With with) const {
    for (auto const& claim : claims_) {
      if (claim.range.contains(piece) && end_of(claim) > now && with(claim)) return true;
    }
    return false;
  }
  [[nodiscard]] bool claimed(PieceIndex piece, TimePoint now) const {
    return any(piece, now, [](Heard const&) { return true; });
  }
  // What the peer claimed last.
  [[nodiscard]] std::vector<Heard> of(SourceId peer) const;
  // When the next claim that is heeded now no longer is.
  [[nodiscard]] std::optional<TimePoint> next_expiry(TimePoint now) const;

 private:
  using Group = std::uint32_t;
  struct Hold {
    bool proven = false;
    TimePoint heard;
    TimePoint since;
    TimePoint expires;
  };
  [[nodiscard]] Group group_of(PieceIndex piece) const {
    return to_number(piece) / limits_.group_pieces;
  }
  template <typename Lease>
  [[nodiscard]] TimePoint end_of(Lease const& lease) const {
    return std::min(lease.expires, lease.since + limits_.patience);
  }
  void add(Claimant who, Claim const& claim, TimePoint now);
  Hold& hold_of(Claimant who, Group group, TimePoint now);
  void release(SourceId peer, Group group, TimePoint now);
  [[nodiscard]] Duration time_of(Hold const& hold, TimePoint now) const;
  [[nodiscard]] Duration used(Group group, bool proven, TimePoint now) const;

  Limits limits_;
  std::vector<Heard> claims_;
  std::map<std::pair<Group, SourceId>, Hold> holds_;
  // Of each group's time, by those that are gone: strangers, and peers that have proven themselves.
  std::vector<std::array<Duration, 2>> used_;
};

}  // namespace freshet
