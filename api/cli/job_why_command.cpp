// freshet job why JOB
#include <CLI/CLI.hpp>

#include "api/cli/commands.h"
#include "api/cli/exit_code.h"
#include "api/cli/job_lookup.h"

namespace freshet::cli {

void add_job_why(CLI::App& noun, Settings& settings) {
  add_job_command(noun, settings, "why",
                  "Which sources a job saw, tried and refused, and for what reason (JSON)",
                  [](Client& client, Console& console, JobInfo const& job) {
                    auto const why = client.why(job.id);
                    if (!why) return console.error(why.error());
                    console.result(*why);
                    return int{kDone};
                  });
}

}  // namespace freshet::cli
