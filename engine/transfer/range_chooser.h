// Which bytes a source is asked for next: as much as it brings in a second or two, less near the
// end so that all sources finish together, and always whole pieces where that is possible.
//
// Pure; any thread.
#pragma once

#include <optional>

#include "engine/transfer/remaining.h"
#include "freshet/units.h"

namespace freshet {

struct RangeLimits {
  Bytes first_bytes = 1_MiB;  // For a source of unknown speed.
  Bytes bytes_min = 256_KiB;
  Duration time = std::chrono::milliseconds{1500};
  std::uint32_t growth_max = 4;  // Against the range before: first measurements are rough.
};

// Who asks, and who else works.
struct RangeAsker {
  double rate = 0;  // Bytes in a second on one connection; 0: unknown.
  Duration latency{};
  Bytes bytes_before = 0;  // Its last range; 0: none yet.
  double share = 1;        // Of what all connections bring together, 0 to 1.
};

[[nodiscard]] Bytes range_bytes(RangeAsker const& asker, Bytes unasked, RangeLimits const& limits);

// The first bytes of `unasked` at or after `from`, or else its first; at most `size` but never less
// than up to the end of one piece.
[[nodiscard]] std::optional<ByteRange> choose_range(RangeSet const& unasked,
                                                    Geometry const& geometry, Bytes size,
                                                    Bytes from = 0);

}  // namespace freshet
