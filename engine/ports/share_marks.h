// Which stored contents are to be shared without a job, and until when. Loop only.
//
// Kept by the store, over restarts: what is marked is not evicted while its mark holds, and a
// content that goes takes its mark along.
#pragma once

#include <map>

#include "engine/ports/source_id.h"
#include "freshet/units.h"

namespace freshet {

// As an end: until it is unshared.
inline constexpr WallTime kUntilUnshared = WallTime::max();

class ShareMarks {
 public:
  virtual ~ShareMarks() = default;
  // Survives the end of the process, and a power cut once anything later is durable.
  virtual void mark(SpoolId spool, WallTime until) = 0;
  virtual void unmark(SpoolId spool) = 0;
  // Also those whose end has passed.
  [[nodiscard]] virtual std::map<SpoolId, WallTime> const& marked() const = 0;
};

}  // namespace freshet
