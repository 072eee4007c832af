// freshet completion SHELL
#include <CLI/CLI.hpp>

#include <memory>

#include "api/cli/commands.h"
#include "api/cli/completion.h"
#include "api/cli/exit_code.h"

namespace freshet::cli {

void add_completion(CLI::App& app, Settings& settings) {
  auto* const command =
      app.add_subcommand("completion", "Print a script that completes freshet's words");
  auto const shell = std::make_shared<std::string>();  // Ends with the parser's callback.
  command->add_option("SHELL", *shell, "bash, zsh or fish")->required();
  command->callback([&app, &settings, shell] {
    settings.run = [&app, &settings, shell] {
      Console console(settings.console);
      auto script = completion_script(*shell, describe_commands(app));
      if (!script) {
        return console.error({Errc::invalid_argument, *shell, "is none of bash, zsh, fish"});
      }
      script->pop_back();
      console.result(*script);
      return int{kDone};
    };
  });
}

}  // namespace freshet::cli
