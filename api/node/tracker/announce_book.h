// Who has announced himself for which swarm, so that peers of the site find each other.
//
// Pure: time and addresses come with each call. One thread. Memory is bounded by the limits; nobody
// is told of an address that did not announce itself.
#pragma once

#include <map>
#include <unordered_map>
#include <vector>

#include "api/node/route/address.h"
#include "api/node/tracker/announce_request.h"
#include "freshet/units.h"

namespace freshet::node {

struct TrackerLimits {
  std::size_t swarms_max = 100'000;
  std::size_t peers_max = 200'000;  // Entries of all swarms together.
  std::size_t peers_per_swarm_max = 10'000;
  std::size_t peers_per_address_max = 2'000;  // So that one machine cannot fill the book.
  std::size_t given_max = 200;                // Peers in one answer.
  Duration interval = std::chrono::seconds{120};
  Duration interval_min = std::chrono::seconds{15};
  Duration lifetime = std::chrono::seconds{300};  // After its last announce.
};

struct PeerPlace {
  IpAddress address;
  std::uint16_t port = 0;
  auto operator<=>(PeerPlace const&) const = default;
};

struct GivenPeer {
  PeerPlace place;
  std::array<std::uint8_t, 20> id{};
};

struct SwarmCounts {
  std::size_t complete = 0;
  std::size_t incomplete = 0;
  std::uint64_t downloaded = 0;  // "completed" was announced so often.
  bool operator==(SwarmCounts const&) const = default;
};

struct Announced {
  SwarmCounts counts;
  std::vector<GivenPeer> peers;
  bool full = false;  // The asker got peers, but is not listed.
};

// Where an announce came from, and by which address of ours.
struct AnnouncedBy {
  IpAddress from;
  // Peers on our own host announce themselves from a loopback address; others are told of them
  // under the address by which these reached us.
  // All zero: it is not known, and they are not told.
  IpAddress at;
};

class AnnounceBook {
 public:
  explicit AnnounceBook(TrackerLimits limits) : limits_(limits) {}

  [[nodiscard]] Announced announce(AnnounceRequest const& request, AnnouncedBy const& by,
                                   TimePoint now);
  // Nothing known: zeros.
  [[nodiscard]] SwarmCounts counts(SwarmHash const& swarm, TimePoint now);

  [[nodiscard]] std::size_t swarms() const { return swarms_.size(); }
  [[nodiscard]] std::size_t peers() const { return due_.size(); }
  [[nodiscard]] TrackerLimits const& limits() const { return limits_; }

 private:
  struct Peer {
    std::array<std::uint8_t, 20> id{};
    bool complete = false;
    bool gone = false;  // It said so; the entry stays until it is due, so that entries cost time.
    TimePoint expires;
  };
  struct Swarm {
    std::map<PeerPlace, Peer> peers;
    PeerPlace last_given;      // Answers go on behind it.
    std::size_t complete = 0;  // Of those who are not gone,
    std::size_t gone = 0;      // and those who are.
    std::uint64_t downloaded = 0;
  };
  struct HashOfSwarm {
    std::size_t operator()(SwarmHash const& hash) const;
  };
  struct Entry {
    SwarmHash swarm;
    PeerPlace place;
  };

  void expire(TimePoint now);
  void enter(AnnounceRequest const& request, PeerPlace const& place, TimePoint now);
  void leave(SwarmHash const& swarm, PeerPlace const& place);
  void forget(Entry const& entry);
  [[nodiscard]] bool has_room(SwarmHash const& swarm, PeerPlace const& place) const;
  [[nodiscard]] std::vector<GivenPeer> choose(AnnounceRequest const& request,
                                              AnnouncedBy const& by);

  TrackerLimits const limits_;
  std::unordered_map<SwarmHash, Swarm, HashOfSwarm> swarms_;
  std::map<IpAddress, std::size_t> by_address_;  // Entries of each.
  std::multimap<TimePoint, Entry> due_;          // One for each entry: when to look at it.
};

}  // namespace freshet::node
