// What the node did since it started. Counted on any thread.
#pragma once

#include <atomic>
#include <cstdint>

namespace freshet::node {

struct Counters {
  using Count = std::atomic<std::uint64_t>;
  Count requests = 0;
  Count hits = 0;       // Answered from what is stored,
  Count joined = 0;     // or from what was on its way for others.
  Count misses = 0;     // The origin was asked for it.
  Count validated = 0;  // The origin said that what is stored still holds.
  Count passed = 0;     // Nothing of it may be stored.
  Count refused = 0;    // By the node itself.
  Count stale = 0;      // Sent although stale, as the origin failed.
  Count sent_bytes = 0;
  Count hit_bytes = 0;  // Of these, from what was stored.
  Count upstream_requests = 0;
  Count upstream_bytes = 0;
  Count upstream_failures = 0;
  Count fellow_bytes = 0;  // From fellow nodes, which are no origins.
  Count contents = 0;      // Stored since the start.
};

}  // namespace freshet::node
