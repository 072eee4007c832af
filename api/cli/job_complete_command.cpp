// freshet job complete JOB
#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "api/cli/command.h"
#include "api/cli/commands.h"
#include "api/cli/exit_code.h"

namespace freshet::cli {

namespace {

int complete(Client& client, Console& console, JobInfo const& job) {
  auto const done = client.complete(job.id);
  if (!done) return console.error(done.error());
  if (console.json()) {
    console.record(nlohmann::json{{"event", "completed"},
                                  {"files_placed", done->files_placed},
                                  {"files_dropped", done->files_dropped}});
  } else {
    console.note(fmt::format("Completed {}: {} files placed, {} unfinished ones dropped",
                             to_string(job.id), done->files_placed, done->files_dropped));
  }
  return kDone;
}

}  // namespace

void add_job_complete(CLI::App& noun, Settings& settings) {
  add_job_command(noun, settings, "complete",
                  "Place the files that have arrived, drop the rest and end the job", complete);
}

}  // namespace freshet::cli
