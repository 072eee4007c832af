#include "engine/transfer/range_set.h"

#include <algorithm>

namespace freshet {

RangeSet::Ranges::const_iterator RangeSet::ending_after(Bytes position) const {
  auto found = ranges_.upper_bound(position);
  if (found == ranges_.begin()) return found;
  auto const before = std::prev(found);
  return before->second > position ? before : found;
}

void RangeSet::add(ByteRange range) {
  if (range.empty()) return;
  // A part that only touches is joined as well.
  auto part = ending_after(range.begin);
  if (part != ranges_.begin() && std::prev(part)->second == range.begin) --part;
  while (part != ranges_.end() && part->first <= range.end) {
    range.begin = std::min(range.begin, part->first);
    range.end = std::max(range.end, part->second);
    size_ -= part->second - part->first;
    part = ranges_.erase(part);
  }
  ranges_.emplace_hint(part, range.begin, range.end);
  size_ += range.size();
}

void RangeSet::subtract(ByteRange range) {
  if (range.empty()) return;
  auto part = ending_after(range.begin);
  while (part != ranges_.end() && part->first < range.end) {
    ByteRange const old{part->first, part->second};
    size_ -= old.size();
    part = ranges_.erase(part);
    if (old.begin < range.begin) {
      ranges_.emplace_hint(part, old.begin, range.begin);
      size_ += range.begin - old.begin;
    }
    if (old.end > range.end) {
      part = ranges_.emplace_hint(part, range.end, old.end);
      size_ += old.end - range.end;
      return;
    }
  }
}

void RangeSet::clear() {
  ranges_.clear();
  size_ = 0;
}

bool RangeSet::covers(ByteRange range) const {
  if (range.empty()) return true;
  auto const part = ending_after(range.begin);
  return part != ranges_.end() && part->first <= range.begin && part->second >= range.end;
}

bool RangeSet::overlaps(ByteRange range) const {
  if (range.empty()) return false;
  auto const part = ending_after(range.begin);
  return part != ranges_.end() && part->first < range.end;
}

std::vector<ByteRange> RangeSet::within(ByteRange range) const {
  std::vector<ByteRange> result;
  if (range.empty()) return result;
  auto part = ending_after(range.begin);
  for (; part != ranges_.end() && part->first < range.end; ++part) {
    result.push_back({std::max(part->first, range.begin), std::min(part->second, range.end)});
  }
  return result;
}

Bytes RangeSet::size_within(ByteRange range) const {
  Bytes size = 0;
  if (range.empty()) return size;
  auto part = ending_after(range.begin);
  for (; part != ranges_.end() && part->first < range.end; ++part) {
    size += std::min(part->second, range.end) - std::max(part->first, range.begin);
  }
  return size;
}

std::optional<ByteRange> RangeSet::first_from(Bytes position) const {
  auto const part = ending_after(position);
  if (part == ranges_.end()) return std::nullopt;
  return ByteRange{std::max(part->first, position), part->second};
}

std::vector<ByteRange> RangeSet::ranges() const {
  std::vector<ByteRange> result;
  result.reserve(ranges_.size());
  for (auto const& [begin, end] : ranges_) result.push_back({begin, end});
  return result;
}

}  // namespace freshet
