// freshet job priority JOB PRIORITY
#include <CLI/CLI.hpp>

#include <memory>

#include "api/cli/command.h"
#include "api/cli/commands.h"
#include "api/cli/exit_code.h"
#include "api/cli/get_request.h"

namespace freshet::cli {

namespace {

int set_priority(Client& client, Console& console, JobInfo const& job, std::string const& name) {
  auto const priority = parse_priority(name);
  if (!priority) return console.error(priority.error());
  auto spec = job.spec;
  spec.priority = *priority;
  if (auto const set = client.configure(job.id, spec); !set) return console.error(set.error());
  console.note("Job " + to_string(job.id) + " has priority " + name);
  return kDone;
}

}  // namespace

void add_job_priority(CLI::App& noun, Settings& settings) {
  auto const name = std::make_shared<std::string>();  // Ends with the parser's callback.
  auto& command = add_job_command(noun, settings, "priority", "Set what goes first",
                                  [name](Client& client, Console& console, JobInfo const& job) {
                                    return set_priority(client, console, job, *name);
                                  });
  command.add_option("PRIORITY", *name, "foreground, high, normal or low")->required();
}

}  // namespace freshet::cli
