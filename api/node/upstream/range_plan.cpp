#include "api/node/upstream/range_plan.h"

#include <algorithm>

namespace freshet::node {

namespace {

constexpr Bytes kBlock = 16_KiB;
constexpr std::size_t kWantedMax = 1024;

}  // namespace

void RangePlan::want(Bytes at) {
  if (at >= length_) return;
  front_ = at;
  if (taken_.covers({at, at + 1})) return;
  if (wanted_.size() == kWantedMax) wanted_.pop_front();
  wanted_.push_back(at);
}

// What is neither there nor on its way, at or after `at`.
std::optional<ByteRange> RangePlan::hole_from(Bytes at) const {
  while (at < length_) {
    auto const part = taken_.first_from(at);
    if (!part) return ByteRange{at, length_};
    if (part->begin > at) return ByteRange{at, part->begin};
    at = part->end;
  }
  return std::nullopt;
}

ByteRange RangePlan::take(ByteRange range) {
  range.end = std::min(range.end, range.begin + options_.range_bytes);
  taken_.add(range);
  ++streams_;
  return range;
}

std::optional<ByteRange> RangePlan::next() {
  while (!wanted_.empty() && streams_ < options_.urgent_streams_max) {
    auto const at = wanted_.front() / kBlock * kBlock;
    wanted_.pop_front();
    auto const hole = hole_from(at);
    if (hole && hole->begin <= at + kBlock) return take(*hole);
  }
  if (streams_ >= options_.streams_max) return std::nullopt;
  auto hole = hole_from(front_ / kBlock * kBlock);
  if (!hole) hole = hole_from(0);
  if (!hole) return std::nullopt;
  return take(*hole);
}

void RangePlan::started(ByteRange range) {
  taken_.add(range);
  ++streams_;
}

void RangePlan::ended(ByteRange range, Bytes reached) {
  --streams_;
  reached = std::clamp(reached, range.begin, range.end);
  if (reached > range.begin) done_.add({range.begin, reached});
  if (reached == range.end) return;
  taken_.subtract({reached, range.end});
  wanted_.push_front(reached);
}

}  // namespace freshet::node
