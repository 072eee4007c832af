// Whether a job and its files are well formed, before anything is kept of them.
//
// Pure: no file, no network. What the disk says is checked by who has the caller's rights.
#pragma once

#include <span>

#include "engine/job/options.h"
#include "freshet/error.h"
#include "freshet/job.h"

namespace freshet {

[[nodiscard]] Result<void> check_job(JobSpec const& spec, JobOptions const& options);
// `already` files are in the job.
[[nodiscard]] Result<void> check_files(std::span<FileSpec const> files, std::size_t already,
                                       JobOptions const& options);

}  // namespace freshet
