// freshet job suspend JOB
#include <CLI/CLI.hpp>

#include "api/cli/command.h"
#include "api/cli/commands.h"
#include "api/cli/exit_code.h"

namespace freshet::cli {

void add_job_suspend(CLI::App& noun, Settings& settings) {
  add_job_command(noun, settings, "suspend", "Stop a job where it is, until it is resumed",
                  [](Client& client, Console& console, JobInfo const& job) {
                    auto const done = client.suspend(job.id);
                    if (!done) return console.error(done.error());
                    console.note("Suspended " + to_string(job.id));
                    return int{kDone};
                  });
}

}  // namespace freshet::cli
