// Whether a job and its files are well formed, before anything is kept of them.
//
// Pure: no file, no network. What the disk says is checked by who has the caller's rights.
#pragma once

#include <span>

#include "freshet/error.h"
#include "freshet/job.h"
#include "freshet/job_options.h"

namespace freshet {

// The limits for this caller: administrators are bound only by what memory allows.
[[nodiscard]] JobOptions limits_for(Caller const& caller, JobOptions const& options);

[[nodiscard]] Result<void> check_job(JobSpec const& spec, JobOptions const& options);
// `already` files are in the job.
[[nodiscard]] Result<void> check_files(std::span<FileSpec const> files, std::size_t already,
                                       JobOptions const& options);

}  // namespace freshet
