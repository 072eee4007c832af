#include "api/cli/job_lookup.h"

#include <CLI/CLI.hpp>

#include <memory>

namespace freshet::cli {

Result<JobInfo> find_job(Client const& client, std::string const& id) {
  std::optional<JobInfo> found;
  for (auto const& job : client.jobs()) {
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

void add_job_command(CLI::App& noun, Settings& settings, std::string const& verb,
                     std::string const& help, JobAction const& action) {
  auto* const command = noun.add_subcommand(verb, help);
  auto const id = std::make_shared<std::string>();  // Ends with the parser's callback.
  command->add_option("JOB", *id, "Its id, or the beginning of it")->required();
  add_shared_options(*command, settings);
  command->callback([&settings, id, action] {
    settings.run = [&settings, id, action] {
      Console console(settings.console);
      auto client = open_client(settings, console);
      if (!client) return console.error(client.error());
      auto const job = find_job(*client, *id);
      if (!job) return console.error(job.error());
      return action(*client, console, *job);
    };
  });
}

}  // namespace freshet::cli
