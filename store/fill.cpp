#include "store/fill.h"

namespace freshet::store {

Result<void> fill(DiskFile& target, DiskFile& source, Placement const& placement) {
  auto ranges = placement.ranges;
  bool cloned = false;
  if (ranges.empty()) {
    auto const clone = target.clone_from(source);
    if (!clone) return tl::unexpected(clone.error());
    cloned = *clone;
    auto const stamp = source.stamp();
    if (!stamp) return tl::unexpected(stamp.error());
    ranges.push_back({0, stamp->size});
  }
  Bytes size = 0;
  for (auto const& range : ranges) size += range.size();
  if (!cloned) {
    if (auto const reserved = target.reserve(size); !reserved) return reserved;
    Bytes at = 0;
    for (auto const& range : ranges) {
      if (auto const copied = target.copy_from(source, range, at); !copied) return copied;
      at += range.size();
    }
  }
  if (placement.modified) {
    if (auto const set = target.set_modified(*placement.modified); !set) return set;
  }
  return target.sync();
}

}  // namespace freshet::store
