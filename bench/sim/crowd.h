// A crowd that wants one content: many clients with the real transfers of the engine, an origin and
// links between them. Answers how long it takes and what it costs the origin.
//
// One thread, virtual time; the same spec gives the same result.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/sim/flow_swarm.h"
#include "engine/content/manifest.h"
#include "engine/transfer/transfers.h"
#include "freshet/units.h"

namespace freshet::sim {

struct Rates {
  double up = 0;  // Bytes a second, headers included, as the lab states them.
  double down = 0;
};

[[nodiscard]] constexpr Rates mbit(double up, double down) {
  return {up * 1e6 / 8, down * 1e6 / 8};
}

struct BadPeers {
  std::uint32_t count = 0;  // There before anybody else, and said to have everything.
  Manner manner = Manner::silent;
};

struct Mishaps {
  bool origin_ends = false;  // It refuses everybody, once each piece has reached some client.
  double half_leaves = 0;    // Every other client does, when so many copies were sent; 0: never.
};

struct CrowdSpec {
  std::uint32_t clients = 8;
  Bytes length = 64_MiB;
  Rates origin = mbit(80, 80);
  Rates client = mbit(80, 80);
  std::uint32_t sites = 0;    // Clients are dealt out to so many; 0: all are with the origin.
  Rates wan;                  // Of each site.
  bool across_sites = false;  // Peers of different sites meet; in mode `lan` they do not.
  // Of so many sites only some are played, each with its share of the origin: sites that do not
  // meet differ by chance alone. 0: all.
  std::uint32_t sites_played = 0;
  Duration round_trip = std::chrono::milliseconds{2};
  Duration arrivals{};  // All of them come within this time.
  bool peers = true;
  std::uint32_t neighbours_max = 400;  // As peer/swarm.h has it.
  std::uint32_t upload_slots = 0;      // 0: all neighbours are served at a time.
  BadPeers bad;
  Mishaps mishaps;
  Weather weather;
  Duration retry{};  // Who failed tries again after so long, as a job does; 0: never.
  std::uint64_t seed = 1;
  std::uint32_t records = 0;  // Of so many clients the decision record is kept.
  Duration limit = std::chrono::hours{2};
  TransferOptions transfer;
};

struct CrowdResult {
  std::uint32_t done = 0;    // Clients, of
  std::uint32_t stayed = 0;  // those that were not made to leave.
  double last = 0;           // Seconds from the first start.
  double mean = 0;           // Of each client's own time.
  double p95 = 0;
  double bound = 0;  // The fluid bound, as bench/lab/bound.py has it.
  double origin_copies = 0;
  double wan_copies = 0;  // Most that entered one site.
  double peer_share = 0;
  double wasted = 0;                 // Received twice, over what was needed.
  double longest_pause = 0;          // Seconds in which nobody got a piece.
  std::uint32_t claims_left = 0;     // Clients that claim something in the end.
  std::vector<std::string> records;  // docs/why.md

  [[nodiscard]] double ratio() const { return bound > 0 ? last / bound : 0; }
};

[[nodiscard]] CrowdResult run_crowd(CrowdSpec const& spec);

// Of a content that nobody has ever seen.
[[nodiscard]] std::shared_ptr<Manifest const> made_up_manifest(Bytes length, std::uint64_t seed);

// Seconds before which nobody can be done with all, whatever is decided.
[[nodiscard]] double fluid_bound(CrowdSpec const& spec);

}  // namespace freshet::sim
