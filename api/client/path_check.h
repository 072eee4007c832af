// Whether files can be placed where the caller wants them, asked of the disk with the caller's own
// rights. Any thread; waits for the disk.
#pragma once

#include <string>
#include <vector>

#include "freshet/error.h"
#include "freshet/job.h"

namespace freshet {

// path_invalid, permission_denied: names the path and what is wrong with it.
[[nodiscard]] Result<void> check_paths(std::vector<FileSpec> const& files);
// Of another place for a file.
[[nodiscard]] Result<void> check_paths(FileChange const& change);

}  // namespace freshet
