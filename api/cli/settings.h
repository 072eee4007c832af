// What every command shares.
#pragma once

#include <functional>
#include <string>

#include "api/cli/console.h"
#include "freshet/client.h"

namespace CLI {
class App;
}

namespace freshet::cli {

struct Settings {
  std::string data_dir;  // Empty: the default.
  ConsoleOptions console;
  bool verbose = false;  // The library's log on standard error.
  // The command that was given.
  std::function<int()> run;
};

// --data, --json, --quiet and --verbose of one command.
void add_shared_options(CLI::App& command, Settings& settings);

// $XDG_DATA_HOME/freshet or ~/.local/share/freshet.
[[nodiscard]] Result<std::string> default_data_dir();
[[nodiscard]] std::string absolute(std::string const& path);

// Jobs of earlier commands wait until they are resumed. A data directory that another command is
// about to leave is waited for, some seconds.
[[nodiscard]] Result<Client> open_client(Settings const& settings, Console& console,
                                         PeerOptions peers = {});

}  // namespace freshet::cli
