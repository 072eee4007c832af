// freshet job add JOB URL...
#include <CLI/CLI.hpp>

#include <memory>

#include "api/cli/command.h"
#include "api/cli/commands.h"
#include "api/cli/exit_code.h"
#include "api/cli/get_options.h"

namespace freshet::cli {

namespace {

int add(Client& client, Console& console, JobInfo const& job, GetRequest const& request) {
  auto const plan = plan_get(request);
  if (!plan) return console.error(plan.error());
  if (auto const added = client.add_files(job.id, plan->files); !added) {
    return console.error(added.error());
  }
  console.note("Added " + std::to_string(plan->files.size()) + " to " + to_string(job.id));
  return kDone;
}

}  // namespace

void add_job_add(CLI::App& noun, Settings& settings) {
  auto const request = std::make_shared<GetRequest>();  // Ends with the parser's callback.
  auto& command = add_job_command(noun, settings, "add", "Add files to a job",
                                  [request](Client& client, Console& console, JobInfo const& job) {
                                    return add(client, console, job, *request);
                                  });
  add_file_options(command, *request);
}

}  // namespace freshet::cli
