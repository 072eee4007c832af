// freshet job list
#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <memory>

#include <nlohmann/json.hpp>

#include "api/cli/command.h"
#include "api/cli/commands.h"
#include "api/cli/exit_code.h"
#include "api/cli/json_text.h"
#include "api/cli/text.h"

namespace freshet::cli {

namespace {

int list_jobs(Client const& client, Console& console, bool everyone) {
  auto const jobs = everyone ? client.all_jobs() : client.jobs();
  if (!jobs) return console.error(jobs.error());
  for (auto const& job : *jobs) {
    if (console.json()) {
      console.record(to_json(job));
    } else {
      console.result(fmt::format("{}  {:<15}  {}  {}", to_string(job.id), to_string(job.state),
                                 progress_text(job.progress), printable(job.spec.name)));
    }
  }
  return kDone;
}

}  // namespace

void add_job_list(CLI::App& noun, Settings& settings) {
  auto* const command = noun.add_subcommand("list", "All jobs, oldest first");
  auto const everyone = std::make_shared<bool>(false);  // Ends with the parser's callback.
  command->add_flag("-a,--all", *everyone, "Of all users (administrators)");
  act_with_client(*command, settings, [everyone](Client& client, Console& console) {
    return list_jobs(client, console, *everyone);
  });
}

}  // namespace freshet::cli
