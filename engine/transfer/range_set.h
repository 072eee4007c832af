// A set of bytes, kept as disjoint ranges in order. A value.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "freshet/units.h"

namespace freshet {

class RangeSet {
 public:
  void add(ByteRange range);
  void subtract(ByteRange range);
  void clear();

  [[nodiscard]] bool empty() const { return ranges_.empty(); }
  // Bytes in the set.
  [[nodiscard]] Bytes size() const { return size_; }
  [[nodiscard]] std::size_t parts() const { return ranges_.size(); }
  [[nodiscard]] bool covers(ByteRange range) const;
  [[nodiscard]] bool overlaps(ByteRange range) const;
  // The parts of the set inside `range`, in order.
  [[nodiscard]] std::vector<ByteRange> within(ByteRange range) const;
  // How many bytes of `range` are in the set.
  [[nodiscard]] Bytes size_within(ByteRange range) const;
  // The first part at or after `position`, clipped to begin there.
  [[nodiscard]] std::optional<ByteRange> first_from(Bytes position) const;
  [[nodiscard]] std::vector<ByteRange> ranges() const;

  bool operator==(RangeSet const&) const = default;

 private:
  using Ranges = std::map<Bytes, Bytes>;  // From begin to end.

  // The first part that ends after `position`.
  [[nodiscard]] Ranges::const_iterator ending_after(Bytes position) const;

  Ranges ranges_;
  Bytes size_ = 0;
};

}  // namespace freshet
