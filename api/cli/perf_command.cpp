// freshet perf
#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <memory>

#include <nlohmann/json.hpp>

#include "api/cli/command.h"
#include "api/cli/commands.h"
#include "api/cli/exit_code.h"
#include "api/cli/json_text.h"
#include "api/cli/monitor_json.h"

namespace freshet::cli {

namespace {

int show(Client const& client, Console& console, bool month) {
  auto const perf = month ? client.perf_this_month() : client.perf();
  if (!perf) return console.error(perf.error());
  auto const value = to_json(*perf);
  if (console.json()) {
    console.record(value);
    return kDone;
  }
  for (auto const& [name, field] : value.items()) {
    auto const text = field.is_string() ? field.get<std::string>() : line_of(field);
    console.result(fmt::format("{:<27} {}", name, text));
  }
  return kDone;
}

}  // namespace

void add_perf(CLI::App& app, Settings& settings) {
  auto* const command =
      app.add_subcommand("perf", "What was moved, how fast, and what the machine has left");
  auto const month = std::make_shared<bool>(false);  // Ends with the parser's callback.
  command->add_flag("--month", *month, "Of this calendar month, over restarts");
  act_with_client(*command, settings, [month](Client const& client, Console& console) {
    return show(client, console, *month);
  });
}

}  // namespace freshet::cli
