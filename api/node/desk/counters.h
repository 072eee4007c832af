// What the node did since it started. Counted on any thread.
#pragma once

#include <atomic>
#include <cstdint>

namespace freshet::node {

// How a request was answered. Each that a client made for an origin's content has one outcome.
enum class Outcome : std::uint8_t {
  hit,        // From what is stored,
  joined,     // or from what was on its way for others.
  miss,       // The origin was asked for it.
  validated,  // The origin said that what is stored still holds.
  stale,      // Sent although stale, as the origin failed.
  passed,     // Nothing of it may be stored.
  refused,    // By the node itself.
  none,       // A document of the node's own.
};

struct Counters {
  using Count = std::atomic<std::uint64_t>;
  Count requests = 0;  // The sum of the outcomes.
  Count hits = 0;
  Count joined = 0;
  Count misses = 0;
  Count validated = 0;
  Count stale = 0;
  Count passed = 0;
  Count refused = 0;
  Count sent_bytes = 0;
  Count hit_bytes = 0;  // Of these, from what was stored.
  Count upstream_requests = 0;
  Count upstream_bytes = 0;
  Count upstream_failures = 0;
  Count fellow_bytes = 0;  // From fellow nodes, which are no origins.
  Count contents = 0;      // Stored since the start.
};
void count(Counters& counters, Outcome outcome);

}  // namespace freshet::node
