// freshet version
#include <CLI/CLI.hpp>

#include <nlohmann/json.hpp>

#include "api/cli/commands.h"
#include "api/cli/exit_code.h"

namespace freshet::cli {

void add_version(CLI::App& app, Settings& settings) {
  auto* const command = app.add_subcommand("version", "Which Freshet this is");
  add_shared_options(*command, settings);
  command->callback([&settings] {
    settings.run = [&settings] {
      Console console(settings.console);
      if (console.json()) {
        console.record(nlohmann::json{{"version", FRESHET_VERSION}});
      } else {
        console.result("freshet " FRESHET_VERSION);
      }
      return int{kDone};
    };
  });
}

}  // namespace freshet::cli
