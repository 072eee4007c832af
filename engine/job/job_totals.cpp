#include "engine/job/job_totals.h"

#include <algorithm>

namespace freshet {

std::optional<Bytes> wanted_bytes(FileSpec const& spec, std::optional<Bytes> length) {
  if (spec.ranges.empty()) return length;
  Bytes sum = 0;
  for (auto const& range : spec.ranges) {
    if (!length && range.end == kToEnd) return std::nullopt;
    auto const end = length ? std::min(range.end, *length) : range.end;
    sum += end - std::min(range.begin, end);
  }
  return sum;
}

void JobTotals::add(FileShare const& share) {
  ++sum_.files_total;
  sum_.files_done += share.transferred ? 1U : 0U;
  sum_.bytes_done += share.done;
  sum_.from_origin += share.from_origin;
  sum_.from_peers += share.from_peers;
  sum_.wasted += share.wasted;
  wanted_ += share.wanted.value_or(0);
  unknown_ += share.wanted ? 0U : 1U;
}

void JobTotals::remove(FileShare const& share) {
  --sum_.files_total;
  sum_.files_done -= share.transferred ? 1U : 0U;
  sum_.bytes_done -= share.done;
  sum_.from_origin -= share.from_origin;
  sum_.from_peers -= share.from_peers;
  sum_.wasted -= share.wasted;
  wanted_ -= share.wanted.value_or(0);
  unknown_ -= share.wanted ? 0U : 1U;
}

Progress JobTotals::progress() const {
  auto progress = sum_;
  if (unknown_ == 0) progress.bytes_total = wanted_;
  return progress;
}

}  // namespace freshet
