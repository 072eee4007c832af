// freshet job list
#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "api/cli/commands.h"
#include "api/cli/exit_code.h"
#include "api/cli/json_text.h"
#include "api/cli/text.h"

namespace freshet::cli {

namespace {

int run(Settings const& settings) {
  Console console(settings.console);
  auto const client = open_client(settings, console);
  if (!client) return console.error(client.error());
  for (auto const& job : client->jobs()) {
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
  add_shared_options(*command, settings);
  command->callback([&settings] { settings.run = [&settings] { return run(settings); }; });
}

}  // namespace freshet::cli
