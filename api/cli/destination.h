// What stands already where a file is to go. Waits for the disk.
#pragma once

#include <vector>

#include "freshet/error.h"
#include "freshet/job.h"

namespace freshet::cli {

// Takes files out of `files` that are there already and right by their SHA-256 or content id, and
// returns their paths. file_exists for one that is there and not known to be right, unless `force`.
[[nodiscard]] Result<std::vector<std::string>> take_present(std::vector<FileSpec>& files,
                                                            bool force);

}  // namespace freshet::cli
