// freshet job resume JOB: takes a job up and stays with it.
#include <CLI/CLI.hpp>

#include <memory>

#include "api/cli/command.h"
#include "api/cli/commands.h"
#include "api/cli/exit_code.h"
#include "api/cli/follow.h"
#include "api/cli/job_lookup.h"

namespace freshet::cli {

namespace {

int resume(Client& client, Console& console, Wakeups& wakeups, JobInfo const& job, bool leave) {
  auto const begin = [&] { return resume_unless_transferred(client, job.id); };
  if (!leave) return Follower(client, console, wakeups).follow(begin);
  if (auto const resumed = begin(); !resumed) return console.error(resumed.error());
  console.note("Resumed " + to_string(job.id));
  return kDone;
}

}  // namespace

void add_job_resume(CLI::App& noun, Settings& settings) {
  auto const leave = std::make_shared<bool>(false);  // Ends with the parser's callback.
  auto& command = add_waking_job_command(
      noun, settings, "resume", "Take a job up, stay until it is done and place its files",
      [leave](Client& client, Console& console, Wakeups& wakeups, JobInfo const& job) {
        return resume(client, console, wakeups, job, *leave);
      });
  command.add_flag("--no-wait", *leave, "Only take it up: a daemon goes on with it");
}

}  // namespace freshet::cli
