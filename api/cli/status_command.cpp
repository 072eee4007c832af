// freshet status
#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "api/cli/command.h"
#include "api/cli/commands.h"
#include "api/cli/exit_code.h"
#include "api/cli/monitor_json.h"
#include "api/cli/text.h"

namespace freshet::cli {

namespace {

void show(Console& console, FileStatus const& status) {
  if (console.json()) return console.record(to_json(status));
  console.result(fmt::format(
      "{:<11} {:>10} of {:>10}  http {:>10}  peers {:>10} ({:.0f} %)  {}  {}", name(status.state),
      size_text(status.size_in_cache), status.size ? size_text(*status.size) : std::string("?"),
      size_text(status.from_http), size_text(status.from_peers), status.percent_from_peers(),
      status.file_id, printable(status.path)));
}

int list_status(Client const& client, Console& console) {
  auto const files = client.status();
  if (!files) return console.error(files.error());
  for (auto const& status : *files) show(console, status);
  return kDone;
}

}  // namespace

void add_status(CLI::App& app, Settings& settings) {
  auto* const command =
      app.add_subcommand("status", "Every file of a job and every stored content");
  act_with_client(*command, settings, list_status);
}

}  // namespace freshet::cli
