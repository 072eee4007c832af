// A crowd that wants many small contents: clients with the real transfers of the engine, an origin
// and links between them. Answers what it costs the origin, and how long it takes.
//
// One thread, virtual time; the same spec gives the same result.
#pragma once

#include "bench/sim/crowd.h"

namespace freshet::sim {

// One that is there before the crowd, at the first of the contents.
enum class FileLiar : std::uint8_t {
  none,
  fetches,  // It says that it fetches all, and never has any.
  has,      // It says that it has all, and gives none.
};

struct FilesSpec {
  std::uint32_t clients = 8;
  std::uint32_t files = 200;
  Bytes length = 256_KiB;  // Of each.
  Rates origin = mbit(80, 80);
  Rates client = mbit(80, 80);
  Duration arrivals{};                               // All of them come within this time.
  Duration connect = std::chrono::milliseconds{10};  // To a peer.
  std::uint32_t window = 16;  // Files of one client that are under way or wait at a time.
  bool peers = true;
  FileLiar liar = FileLiar::none;
  double slow_down = 0;     // Of the first client, instead of `client.down`, where it is not 0.
  std::uint32_t leave = 0;  // So many of the clients go when so much
  Duration leave_at{};      // time is over.
  std::uint64_t seed = 1;
};

struct FilesResult {
  std::uint32_t done = 0;              // Clients that have all files.
  double last = 0;                     // Seconds from the first start.
  double shortest = 1e9;               // Seconds that a client took for itself, at least
  double longest = 0;                  // and at most.
  double origin_copies = 0;            // Of all files.
  std::uint32_t connections_most = 0;  // That one client made.
};

[[nodiscard]] FilesResult run_files(FilesSpec const& spec);

}  // namespace freshet::sim
