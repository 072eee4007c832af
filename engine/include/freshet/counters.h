// What an engine counts for its metrics, since its start. Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "freshet/policy.h"
#include "freshet/units.h"

namespace freshet {

// How often something took how long.
struct TimeHistogram {
  // Seconds, rising; the counts have one more, of what took longer than all.
  std::vector<double> bounds;
  std::vector<std::uint64_t> counts;
  double sum = 0;
  bool operator==(TimeHistogram const&) const = default;

  void add(Duration took);
};
// From a tenth of a second to a day, and from a millisecond to a minute.
[[nodiscard]] TimeHistogram histogram_of_transfers();
[[nodiscard]] TimeHistogram histogram_of_answers();

struct EngineCounters {
  MovedBytes moved;
  Bytes delivered = 0;  // Of contents that were transferred whole.
  std::uint64_t pieces_rejected = 0;
  std::uint64_t digest_mismatches = 0;  // Of the whole.
  std::uint64_t sources_banned = 0;
  std::uint64_t peers_banned = 0;
  std::uint64_t peers_refused = 0;  // Found, and not met.
  std::uint64_t evicted = 0;        // Contents that the cache let go,
  Bytes evicted_bytes = 0;          // and what they held.
  // What the time of all transfers was spent on (docs/why.md, "Time").
  std::vector<std::pair<std::string, Duration>> spent;
  TimeHistogram transfers = histogram_of_transfers();  // From a place to the last byte.
  TimeHistogram answers = histogram_of_answers();      // From a place to the first byte.
  // Figures of the database, by name.
  std::vector<std::pair<std::string, std::uint64_t>> database;
};

}  // namespace freshet
