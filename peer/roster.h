// Who was met, what moved to and from them, by class and by content, and who is banned.
//
// Pure: time comes in with each call. Loop only. Bounded: of peers that left and of contents that
// nobody shares any more, the oldest are forgotten.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/ports/swarm.h"
#include "peer/ban_list.h"
#include "peer/rate_average.h"
#include "peer/report.h"

namespace freshet::peer {

struct RosterLimits {
  std::size_t gone_max = 1024;
  std::size_t contents_max = 10'000;
};

class Roster {
 public:
  Roster(RosterLimits limits, BanLimits bans) : limits_(limits), bans_(bans) {}

  // What happened with the peers of this content.
  void take(Batch const& batch, ContentId const& content, TimePoint now);

  // Who is banned now, or nothing when this peer is unknown or banned already.
  std::optional<PeerInfo> ban(SourceId peer, Offence const& offence, WallTime now);
  [[nodiscard]] BanList& bans() { return bans_; }
  // Of a closed network these stay: they have sent us bytes that nobody found wrong.
  [[nodiscard]] std::vector<std::string> proven_addresses(WallTime now) const;

  // Each once for each content, however often it came.
  [[nodiscard]] std::vector<PeerStatus> peers(TimePoint now) const;
  [[nodiscard]] ByPeerClass<PeerTraffic> const& traffic() const { return total_; }
  [[nodiscard]] ByPeerClass<PeerTraffic> traffic(ContentId const& content) const;
  // Contents of which something was sent.
  [[nodiscard]] std::uint64_t uploaded() const { return uploaded_; }

 private:
  struct Known {
    PeerInfo info;
    PeerStatus status;
    bool of_meeting = false;  // It gives and takes words alone.
    RateAverage receiving;
    RateAverage sending;
  };
  [[nodiscard]] static PeerStatus status_of(Known const& known, TimePoint now);
  void introduce(PeerInfo const& peer, ContentId const& content);
  void part(SourceId peer, Error const& why);
  [[nodiscard]] ByPeerClass<PeerTraffic>& of(ContentId const& content);

  RosterLimits limits_;
  BanList bans_;
  std::map<SourceId, Known> peers_;  // Connected, and the last that were.
  std::deque<SourceId> gone_;
  ByPeerClass<PeerTraffic> total_;
  std::map<ContentId, ByPeerClass<PeerTraffic>> by_content_;
  std::deque<ContentId> contents_;  // Oldest first.
  std::uint64_t uploaded_ = 0;
};

}  // namespace freshet::peer
