#include "engine/transfer/range_chooser.h"

#include <algorithm>

#include "engine/base/seconds.h"

namespace freshet {

Bytes range_bytes(RangeAsker const& asker, Bytes unasked, RangeLimits const& limits) {
  bool const alone = asker.share >= 1;
  // Half of its fair share: what is left afterwards evens out differences of speed.
  auto const fair =
      alone ? static_cast<double>(unasked) : static_cast<double>(unasked) * asker.share / 2;
  if (asker.rate <= 0) {
    return std::min(limits.first_bytes, std::max(limits.bytes_min, static_cast<Bytes>(fair)));
  }
  auto wanted = asker.rate * in_seconds(limits.time);
  if (asker.bytes_before > 0) {
    wanted = std::min(wanted, static_cast<double>(asker.bytes_before) * limits.growth_max);
  }
  // A range much shorter than the way there and back would waste most of its time on asking.
  auto const worthwhile =
      std::max(static_cast<double>(limits.bytes_min), asker.rate * in_seconds(asker.latency) * 2);
  return static_cast<Bytes>(std::max(std::min(wanted, fair), worthwhile));
}

std::optional<ByteRange> choose_range(RangeSet const& unasked, Geometry const& geometry, Bytes size,
                                      Bytes from) {
  auto hole = unasked.first_from(from);
  if (!hole) hole = unasked.first_from(0);
  if (!hole) return std::nullopt;
  auto const wanted_end = hole->begin + std::max<Bytes>(size, 1);
  if (wanted_end >= hole->end) return hole;
  auto const piece_end = geometry.bytes(piece_at(hole->begin, geometry.piece_length)).end;
  auto const aligned = wanted_end / geometry.piece_length * geometry.piece_length;
  return ByteRange{hole->begin, std::min(hole->end, std::max(piece_end, aligned))};
}

}  // namespace freshet
