// freshet job cancel JOB
#include <CLI/CLI.hpp>

#include "api/cli/command.h"
#include "api/cli/commands.h"
#include "api/cli/exit_code.h"

namespace freshet::cli {

void add_job_cancel(CLI::App& noun, Settings& settings) {
  add_job_command(noun, settings, "cancel", "End a job and delete what it has fetched",
                  [](Client& client, Console& console, JobInfo const& job) {
                    auto const done = client.cancel(job.id);
                    if (!done) return console.error(done.error());
                    console.note("Cancelled " + to_string(job.id));
                    return int{kDone};
                  });
}

}  // namespace freshet::cli
