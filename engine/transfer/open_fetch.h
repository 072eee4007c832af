// One request under way, as the planner sees it. A value.
#pragma once

#include <optional>
#include <vector>

#include "engine/ports/origin.h"
#include "engine/transfer/rate_estimate.h"

namespace freshet {

// Names for fetches, never used twice. One for all transfers.
class FetchIds {
 public:
  [[nodiscard]] FetchId next() { return FetchId{++last_}; }

 private:
  std::uint64_t last_ = 0;
};

struct OpenFetch {
  FetchId id = FetchId::none;
  SourceId source = SourceId::none;
  Bytes begin = 0;
  Bytes next = 0;          // All before it was handed to the store.
  Bytes end = 0;           // Moves down when someone takes over the rest.
  bool held = false;       // Its bytes wait until the head has been judged.
  bool endless = false;    // The server sends on until it is told to stop.
  bool cancelled = false;  // Its end is on the way.
  // The twin ends where this begins as soon as this one's source is known to send parts.
  bool splits_twin = false;
  FetchId twin = FetchId::none;  // Fetches the same bytes.
  TimePoint asked{};
  TimePoint moved{};  // When bytes, or the head, came last.
  bool answered = false;
  RateEstimate rate{std::chrono::seconds{1}};
  // Of what is still to be reported: the store has had it, and found its piece wrong, already.
  std::vector<ByteRange> refused;

  [[nodiscard]] Bytes left() const { return end > next ? end - next : 0; }
};

}  // namespace freshet
