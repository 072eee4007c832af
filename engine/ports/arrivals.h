// How stored contents came here: what monitoring tells of them when their jobs are gone. Loop only.
//
// Kept by the store, over restarts; a content that goes takes its arrival along.
#pragma once

#include <map>
#include <string>

#include "engine/ports/source_id.h"
#include "freshet/content_id.h"
#include "freshet/peers.h"
#include "freshet/units.h"

namespace freshet {

struct Arrival {
  ContentId content;
  // Of the last job that had it.
  std::uint32_t owner = 0;
  bool foreground = false;
  std::string url;  // Without query and credentials.
  // Of the job that fetched most of it.
  Bytes from_origin = 0;  // Cache hosts included.
  Bytes from_cache_hosts = 0;
  Bytes from_peers = 0;
  Duration transfer_time{};
  ByPeerClass<PeerTraffic> peers;    // Until it was kept.
  ByPeerClass<PeerTraffic> counted;  // What of this run's is among these. Not kept over restarts.
  bool operator==(Arrival const&) const = default;
};

class Arrivals {
 public:
  virtual ~Arrivals() = default;
  // In place of what was kept of these contents. Survives the end of the process, and a power cut
  // once anything later is durable.
  virtual void keep(std::map<SpoolId, Arrival> arrivals) = 0;
  [[nodiscard]] virtual std::map<SpoolId, Arrival> const& kept() const = 0;
};

}  // namespace freshet
