// Fills a file with what a placement asks for. Workers and threads of callers; waits for the disk.
#pragma once

#include "engine/ports/content_store.h"
#include "store/disk.h"

namespace freshet::store {

// An empty target; by sharing extents where the file system can. Durable when it returns.
[[nodiscard]] Result<void> fill(DiskFile& target, DiskFile& source, Placement const& placement);

}  // namespace freshet::store
