// The peers of one content as far as they decide what the origin is asked for: what they have, what
// they fetch, how fast they deliver, and whose share of the origin's bytes is whose.
//
// Pure: time comes in with each call. Thread: engine loop. Owned by the planner. docs/planner.md,
// "With peers", tells the rules.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "engine/ports/random.h"
#include "engine/ports/swarm.h"
#include "engine/transfer/claim_table.h"
#include "engine/transfer/rate_estimate.h"
#include "engine/transfer/remaining.h"

namespace freshet {

struct CrowdPolicy {
  // The origin is spared what peers have, unless they deliver less than this part of what the
  // origin would.
  double rate_share_min = 0.7;
  // How long peers may take for a piece that they have: this part of what the rest would take from
  // the origin, and within these limits.
  double patience_share = 0.04;
  Duration patience_min = std::chrono::milliseconds{150};
  Duration patience_max = std::chrono::seconds{1};
  int patience_pieces = 4;  // But never less than so many pieces take from the origin,
  Duration patience_spreading = std::chrono::seconds{3};  // or this, while some have no holder yet.
  // Once the origin helps it does so for this long before peers are trusted again.
  Duration help_time = std::chrono::seconds{10};
  // Between telling others that we want a range which is not our share and fetching it.
  Duration claim_settle = std::chrono::milliseconds{60};
  std::size_t fetchers_max = 16;  // Members that fetch from the origin at a time, about.
  Duration takeover_time = std::chrono::milliseconds{500};  // For each who comes before us.
  std::uint32_t broken_claims_max = 8;  // In a row, until a peer's claims are not heeded.
  std::uint32_t peers_max = 1000;       // Of whom maps are kept.
};

// For transfers that nobody waits for: the origin is spared as long as peers deliver at all.
[[nodiscard]] CrowdPolicy economy_policy();

class Crowd {
 public:
  Crowd(std::uint64_t own_key, Geometry geometry, PieceMap const& present, CrowdPolicy policy);

  void add(PeerInfo const& peer, TimePoint now);
  void remove(SourceId peer);
  void on_has(SourceId peer, PieceMap const& all, TimePoint now);
  void on_claims(SourceId peer, std::span<Claim const> claims, TimePoint now);
  void on_asked(PieceIndex piece, bool asked);
  void on_present(PieceIndex piece);  // With us.
  void on_received(Bytes bytes, TimePoint now);

  [[nodiscard]] bool empty() const { return peers_.empty(); }
  [[nodiscard]] std::size_t peers() const { return peers_.size(); }
  [[nodiscard]] bool available(PieceIndex piece) const { return holders_[to_number(piece)] > 0; }
  [[nodiscard]] double rate(TimePoint now) const;
  // A peer came or delivered within `patience`.
  [[nodiscard]] bool alive(TimePoint now, Duration patience) const;

  // What the origin is asked for next, of what nobody was asked for. `origin_rate`: what it would
  // bring over all connections, bytes in a second, 0 unknown.
  struct Asked {
    double origin_rate = 0;
    Bytes size = 0;        // When it helps the crowd out.
    Bytes share_size = 0;  // Of what nobody has: short, so that others have it soon.
  };
  [[nodiscard]] std::optional<ByteRange> pick(RangeSet const& todo, Asked const& asked,
                                              Random& random, TimePoint now);
  // Groups that we shall fetch unless someone who comes before us wants them too: claimed already.
  [[nodiscard]] std::vector<PieceRange> intended() const;
  // What to claim of a range that is being fetched: the group that we shall go on with as well.
  [[nodiscard]] PieceRange rest_of_group(PieceRange pieces) const;
  // Who shares the origin's bytes, ourselves included.
  [[nodiscard]] std::size_t members_count() const;
  // A peer that comes before us claims this range, which we are fetching too.
  [[nodiscard]] bool outranked(ByteRange range, TimePoint now) const;
  // So many share the content that only some of them fetch at a time,
  [[nodiscard]] bool many() const;
  // and whether these bytes are among those that are fetched now.
  [[nodiscard]] bool at_frontier(ByteRange range) const;
  // The origin helps because peers are too slow.
  [[nodiscard]] bool helping(TimePoint now) const { return now < help_until_; }
  // When something changes by time alone.
  [[nodiscard]] std::optional<TimePoint> next_look(TimePoint now) const;

  // All who share a content must cut it alike.
  [[nodiscard]] static std::uint32_t pieces_per_group(Geometry const& geometry);

 private:
  struct Peer {
    std::uint64_t key = 0;
    bool speaks_claims = false;
    PieceMap has;
    std::uint32_t broken_claims = 0;
  };

  using Group = std::uint32_t;
  [[nodiscard]] Group group_of(PieceIndex piece) const { return to_number(piece) / group_pieces_; }
  [[nodiscard]] ByteRange bytes_of_group(Group group) const;
  [[nodiscard]] bool free(PieceIndex piece, TimePoint now) const;
  [[nodiscard]] bool blocked_by_claim(PieceIndex piece, TimePoint now) const;
  [[nodiscard]] std::optional<ByteRange> fresh_part(RangeSet const& todo, Group group,
                                                    TimePoint now) const;
  [[nodiscard]] std::optional<ByteRange> own_share(RangeSet const& todo,
                                                   std::vector<std::uint64_t> const& others,
                                                   TimePoint now) const;
  [[nodiscard]] std::optional<ByteRange> frontier_share(RangeSet const& todo,
                                                        std::vector<std::uint64_t> const& others,
                                                        TimePoint now);
  [[nodiscard]] std::optional<ByteRange> share_of_others(RangeSet const& todo, Random& random,
                                                         TimePoint now);
  [[nodiscard]] std::optional<ByteRange> help_out(RangeSet const& todo, Asked const& asked,
                                                  TimePoint now);
  [[nodiscard]] Group frontier_end() const;
  [[nodiscard]] bool spreading() const { return out_ < geometry_.pieces(); }
  [[nodiscard]] bool is_out(PieceIndex piece) const { return available(piece) || own_.has(piece); }
  [[nodiscard]] bool finished(Group group) const;
  [[nodiscard]] ByteRange shortened(ByteRange part, Bytes size) const;
  [[nodiscard]] std::optional<ByteRange> tail_of(
      ByteRange part, Bytes size, std::function<bool(PieceIndex)> const& usable) const;
  [[nodiscard]] Bytes overdue_bytes(RangeSet const& todo, Duration patience, TimePoint now) const;
  [[nodiscard]] bool overdue(PieceIndex piece, Duration patience, TimePoint now) const;
  [[nodiscard]] Duration patience(RangeSet const& todo, double origin_rate) const;
  [[nodiscard]] bool too_slow(RangeSet const& todo, double origin_rate, TimePoint now);
  [[nodiscard]] std::vector<std::uint64_t> members() const;

  std::uint64_t own_key_;
  Geometry geometry_;
  CrowdPolicy policy_;
  std::uint32_t group_pieces_;
  Group groups_;

  std::map<SourceId, Peer> peers_;
  std::vector<std::uint16_t> holders_;  // By piece,
  std::vector<TimePoint> held_since_;   // and since when there is one.
  PieceMap own_;
  std::uint32_t out_ = 0;  // Pieces that someone has, ourselves included.
  PieceMap asked_;         // On their way from peers.
  ClaimTable claims_{ClaimTable::Limits{}};

  struct Intent {
    Group group = 0;
    TimePoint since;
  };
  std::optional<Intent> intent_;
  std::map<Group, TimePoint> free_since_;  // Groups at the frontier that nobody fetches.
  std::optional<TimePoint> turn_at_;       // When the next of them is ours to fetch.
  std::optional<Group> current_;           // Begun, so finished first.

  RateEstimate rate_{std::chrono::milliseconds{500}};
  std::optional<TimePoint> received_at_;
  std::optional<TimePoint> heard_at_;
  bool waits_ = false;  // For peers alone: nothing else is left for the origin.
  TimePoint help_until_{};
};

}  // namespace freshet
