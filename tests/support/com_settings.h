// Settings and states of a job between the engine's words and those of the COM shape. Any thread.
#pragma once

#include <string>

#include "api/com/hresult_table.h"
#include "freshet/com/copy_job.h"
#include "freshet/job.h"

namespace freshet::test {

// Empty for what is not UTF-8.
[[nodiscard]] std::wstring wide(std::string const& text);

[[nodiscard]] JobState state_of(BG_JOB_STATE state);

// One call for each setting that differs and that COM has a word for; the first failure.
[[nodiscard]] HRESULT set_changes(IBackgroundCopyJob5& job, JobSpec const& now, JobSpec const& spec,
                                  com::Family family);

}  // namespace freshet::test
