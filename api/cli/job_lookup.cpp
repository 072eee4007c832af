#include "api/cli/job_lookup.h"

namespace freshet::cli {

Result<JobInfo> find_job(Client const& client, std::string const& id) {
  std::optional<JobInfo> found;
  auto const jobs = client.jobs();
  if (!jobs) return tl::unexpected(jobs.error());
  for (auto const& job : *jobs) {
    if (id.empty() || !to_string(job.id).starts_with(id)) continue;
    if (found) return fail(Errc::invalid_argument, "job " + id, "several jobs begin so");
    found = job;
  }
  if (!found) return fail(Errc::job_not_found, "job " + id, "is not known");
  return *found;
}

Result<JobId> resume_unless_transferred(Client& client, JobId job) {
  auto const resumed = client.resume(job);
  if (resumed) return job;
  if (auto const now = client.job(job); now && now->state == JobState::transferred) return job;
  return tl::unexpected(resumed.error());
}

}  // namespace freshet::cli
