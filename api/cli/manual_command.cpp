// freshet manual DIRECTORY
#include <CLI/CLI.hpp>

#include <memory>

#include "api/cli/commands.h"
#include "api/cli/exit_code.h"
#include "api/cli/manual.h"
#include "api/small_file.h"

namespace freshet::cli {

void add_manual(CLI::App& app, Settings& settings) {
  auto* const command = app.add_subcommand("manual", "Write the manual pages into a directory");
  auto const directory = std::make_shared<std::string>();  // Ends with the parser's callback.
  command->add_option("DIRECTORY", *directory, "Where they go; it must exist")->required();
  command->callback([&app, &settings, directory] {
    settings.run = [&app, &settings, directory] {
      Console console(settings.console);
      for (auto const& page : manual_pages(describe_commands(app))) {
        auto const path = absolute(*directory) + "/" + page.file;
        if (auto const written = write_small_file(path, page.text); !written) {
          return console.error(written.error());
        }
        console.result(path);
      }
      return int{kDone};
    };
  });
}

}  // namespace freshet::cli
