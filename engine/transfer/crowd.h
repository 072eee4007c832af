// The peers of one content as far as they decide what the origin is asked for: what they have, what
// they fetch, how fast they deliver, and whose share of the origin's bytes is whose.
//
// Pure: time comes in with each call. Thread: engine loop. Owned by the planner. docs/planner.md,
// "With peers", tells the rules. Shares of what nobody has are picked in crowd.cpp, what the origin
// helps out with in crowd_help.cpp.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/ports/random.h"
#include "engine/ports/swarm.h"
#include "engine/transfer/claim_table.h"
#include "engine/transfer/fetchers.h"
#include "engine/transfer/group_times.h"
#include "engine/transfer/holdings.h"
#include "engine/transfer/rate_estimate.h"
#include "engine/transfer/remaining.h"

namespace freshet {

struct CrowdPolicy {
  // The origin is spared what peers have, unless they deliver less than this part of what the
  // origin would.
  double rate_share_min = 0.7;
  double rate_min = 0;  // Or less than this many bytes a second.
  // How long peers may take for a piece that they have: this part of what the rest would take from
  // the origin, and within these limits.
  double patience_share = 0.04;
  Duration patience_min = std::chrono::milliseconds{150};
  Duration patience_max = std::chrono::seconds{1};
  int patience_pieces = 4;  // But never less than so many pieces take from the origin,
  Duration patience_spreading = std::chrono::seconds{3};  // or this, while some have no holder yet.
  // Once the origin helps it does so for this long before peers are trusted again.
  Duration help_time = std::chrono::seconds{10};
  // Between telling others that we want a group which is not our share and fetching it. Twice that
  // where besides its owner another one who fetches would come before us.
  Duration claim_settle = std::chrono::milliseconds{60};
  // A claim is heeded for so many times what its group takes on one connection of ours, and no
  // shorter than this.
  int claim_patience_groups = 4;
  Duration claim_patience_min = std::chrono::seconds{3};
  // A member that owes the others two pieces, and what the origin brings it in this time, more than
  // the others do on average leaves the origin to them, but never for longer than `hold_max`.
  Duration owed_more_max = std::chrono::milliseconds{200};
  Duration hold_max = std::chrono::milliseconds{300};
  std::size_t fetchers_max = 32;                   // Members that fetch from the origin.
  Duration holder_wait = std::chrono::seconds{3};  // For one who is said to have everything.
  // Until the first piece is whole one member fetches alone, for this long at most.
  Duration first_piece_max = std::chrono::seconds{1};
  // The others do so when nobody has fetched anything for this long.
  Duration takeover_time = std::chrono::seconds{2};
  std::uint32_t broken_claims_max = 8;  // In a row, until a peer's claims are not heeded.
  std::uint32_t peers_max = 1000;       // Of whom maps are kept.
};

// For transfers that nobody waits for: the origin is spared as long as peers deliver at all.
[[nodiscard]] CrowdPolicy economy_policy();

class Crowd {
 public:
  // `salt`: the same for all who share the content, so that each content has fetchers of its own.
  struct Place {
    std::uint64_t own_key = 0;
    std::uint64_t salt = 0;
    std::vector<std::uint64_t> holders{};  // Who are said to have everything, and come soon.
  };
  Crowd(Place place, Geometry geometry, PieceMap const& present, CrowdPolicy policy, TimePoint now);

  void add(PeerInfo const& peer, TimePoint now);
  void remove(SourceId peer, TimePoint now);
  void on_has(SourceId peer, PieceMap const& all, TimePoint now);
  void on_claims(SourceId peer, std::span<Claim const> claims, TimePoint now);
  void on_asked(PieceIndex piece, bool asked);
  void on_own(PieceIndex piece, bool present);
  // Peers sent it wrong. They are asked for it no more until it is right; the origin is, at once.
  void distrust(PieceIndex piece);
  void on_received(SourceId peer, Bytes bytes, TimePoint now);

  // Empty for one who is not here any more.
  [[nodiscard]] std::string address_of(SourceId peer) const {
    auto const found = peers_.find(peer);
    return found == peers_.end() ? std::string{} : found->second.address;
  }
  [[nodiscard]] bool empty() const { return peers_.empty(); }
  // None of those who are said to have everything has come yet.
  [[nodiscard]] bool awaits_holder(TimePoint now) const {
    return !place_.holders.empty() && now < joined_at_ + policy_.holder_wait;
  }
  [[nodiscard]] double rate(TimePoint now) const;
  // A peer came or delivered within `patience`.
  [[nodiscard]] bool alive(TimePoint now, Duration patience) const;

  // What the origin is asked for next, of what nobody was asked for. Rates in bytes a second, 0
  // unknown.
  struct Asked {
    double origin_rate = 0;  // Over all connections,
    double fetch_rate = 0;   // and over one.
    Bytes size = 0;          // When it helps the crowd out.
    Bytes share_size = 0;    // Of what nobody has: short, so that others have it soon.
  };
  [[nodiscard]] std::optional<ByteRange> pick(RangeSet const& unasked, Asked const& asked,
                                              Random& random, TimePoint now);
  // Groups that we shall fetch unless someone who comes before us wants them too: claimed already.
  [[nodiscard]] std::vector<PieceRange> intended() const;
  // What to claim of a range that is being fetched: the group that we shall go on with as well.
  [[nodiscard]] PieceRange rest_of_group(PieceRange pieces) const;
  // Who shares the origin's bytes, ourselves included.
  [[nodiscard]] std::size_t members_count() const { return fetchers_.members(); }
  // Others fetch this range, or should: we have begun too early, or beside someone who comes first.
  [[nodiscard]] bool should_yield(ByteRange range, TimePoint now) const;
  // The origin helps because peers are too slow.
  [[nodiscard]] bool helping(TimePoint now) const { return now < help_until_; }
  // When something changes by time alone.
  [[nodiscard]] std::optional<TimePoint> next_look(TimePoint now) const;

  // All who share a content must cut it alike.
  [[nodiscard]] static std::uint32_t pieces_per_group(Geometry const& geometry);

 private:
  struct Peer {
    std::uint64_t key = 0;  // Salted.
    std::string address;
    bool speaks_claims = false;
    bool member = false;
    PieceMap has;
    Bytes brought = 0;
    std::uint32_t broken_claims = 0;
  };

  using Group = Fetchers::Group;
  [[nodiscard]] Group group_of(PieceIndex piece) const { return to_number(piece) / group_pieces_; }
  [[nodiscard]] ByteRange bytes_of_group(Group group) const;
  void count(Peer& peer);
  [[nodiscard]] bool free(PieceIndex piece, TimePoint now) const;
  [[nodiscard]] TimePoint heeded_until(ClaimTable::Heard const& claim, Group group) const;
  [[nodiscard]] bool blocked_by_claim(PieceIndex piece, TimePoint now) const;
  [[nodiscard]] TimePoint turn_at() const;
  [[nodiscard]] bool our_turn(TimePoint now) const;
  [[nodiscard]] bool others_fetch(TimePoint now) const;
  [[nodiscard]] bool leave_first_piece(TimePoint now) const;
  [[nodiscard]] bool hold_back(double fetch_rate, TimePoint now);
  [[nodiscard]] std::optional<ByteRange> fresh_part(RangeSet const& unasked, Group group,
                                                    TimePoint now) const;
  [[nodiscard]] std::optional<ByteRange> own_share(RangeSet const& unasked, TimePoint now) const;
  [[nodiscard]] std::optional<ByteRange> share_of_others(RangeSet const& unasked, Random& random,
                                                         TimePoint now);
  [[nodiscard]] std::optional<ByteRange> doubted_part(RangeSet const& unasked) const;
  [[nodiscard]] ByteRange shortened(ByteRange part, Bytes size) const;

  [[nodiscard]] bool available(PieceIndex piece) const { return holdings_.with_peers(piece); }
  [[nodiscard]] std::optional<ByteRange> help_out(RangeSet const& unasked, Asked const& asked,
                                                  TimePoint now);
  [[nodiscard]] std::optional<ByteRange> tail_of(
      ByteRange part, Bytes size, std::function<bool(PieceIndex)> const& usable) const;
  [[nodiscard]] bool any_overdue(RangeSet const& unasked, Duration patience, TimePoint now) const;
  [[nodiscard]] bool overdue(PieceIndex piece, Duration patience, TimePoint now) const;
  [[nodiscard]] Duration patience(RangeSet const& unasked, double origin_rate) const;
  [[nodiscard]] bool too_slow(RangeSet const& unasked, double origin_rate, TimePoint now);

  Place place_;
  Geometry geometry_;
  CrowdPolicy policy_;
  std::uint32_t group_pieces_;
  Group groups_;

  std::map<SourceId, Peer> peers_;
  Holdings holdings_;
  Fetchers fetchers_;
  PieceMap asked_;    // On their way from peers.
  PieceMap doubted_;  // Sent wrong by peers, and not right yet.
  ClaimTable claims_;
  Duration claim_patience_;
  GroupTimes group_times_;

  struct Intent {
    Group group = 0;
    TimePoint since;
    TimePoint fetch_at;
  };
  [[nodiscard]] std::optional<Intent> next_heritage(RangeSet const& unasked, Random& random,
                                                    TimePoint now) const;
  std::optional<Intent> intent_;
  std::optional<Group> current_;  // Begun, so finished first.
  std::optional<TimePoint> held_since_;
  TimePoint joined_at_;
  TimePoint progress_at_;  // When someone last had or claimed what nobody had.

  RateEstimate rate_{std::chrono::milliseconds{500}};
  std::optional<TimePoint> received_at_;
  std::optional<TimePoint> heard_at_;
  bool waits_ = false;  // For peers alone: nothing else is left for the origin.
  TimePoint help_until_{};
};

}  // namespace freshet
