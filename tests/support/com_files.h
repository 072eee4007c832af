// Files of a job between the engine's words and those of the COM shape. Any thread.
#pragma once

#include <optional>
#include <vector>

#include "freshet/com/copy_job.h"
#include "freshet/com/do_interfaces.h"
#include "freshet/job.h"

namespace freshet::test {

// Whether COM can say all of it.
[[nodiscard]] bool sayable(FileSpec const& file);
[[nodiscard]] std::vector<BG_FILE_RANGE> ranges_of(FileSpec const& file);

// Says a change by its property: the place of a file, or its piece hash file where that is
// optional. Nothing when COM has no word for it.
[[nodiscard]] std::optional<HRESULT> apply_change(IDeliveryOptimizationFile2& file,
                                                  FileChange const& change);

}  // namespace freshet::test
