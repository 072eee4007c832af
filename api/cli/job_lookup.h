// Finds the job a command means by its id or the beginning of it.
#pragma once

#include "api/cli/settings.h"
#include "freshet/client.h"

namespace freshet::cli {

// job_not_found, or invalid_argument when several begin so.
[[nodiscard]] Result<JobInfo> find_job(Client const& client, std::string const& id);

// Resumes a job. One whose last file has arrived needs nothing: since a job of an earlier run goes
// on when the client opens, that can happen at any moment before this call.
[[nodiscard]] Result<JobId> resume_unless_transferred(Client& client, JobId job);

}  // namespace freshet::cli
