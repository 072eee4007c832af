// What every command shares.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/cli/console.h"
#include "api/cli/policy_flags.h"
#include "freshet/client.h"

namespace CLI {
class App;
}

namespace freshet::cli {

struct Settings {
  std::string data_dir;  // Empty: the default, unless a daemon answers.
  std::string connect;   // A daemon's socket, or kDefaultSocket; empty: not asked for.
  ConsoleOptions console;
  bool verbose = false;  // The library's log on standard error.
  PolicyRequest policies;
  // The command that was given.
  std::function<int()> run;
};

inline constexpr auto kDefaultSocket = "default";

// --data, --connect, --json, --quiet, --verbose and policies of one command.
void add_shared_options(CLI::App& command, Settings& settings);

// $XDG_DATA_HOME/freshet or ~/.local/share/freshet.
[[nodiscard]] Result<std::string> default_data_dir();
[[nodiscard]] std::string absolute(std::string const& path);

// The daemon that was asked for, or the usual one unless an own engine was; daemon_unavailable:
// none.
[[nodiscard]] Result<Client> find_daemon(Settings const& settings);

// What a command needs of the engine it works with.
struct Opening {
  PeerOptions peers;
  bool own_engine = false;  // These peers, which a daemon has settled for itself.
};

// With `--connect` the daemon; with `--data` or policies an engine in this process; without any of
// them the daemon if one answers, and otherwise an engine on the default directory. There jobs of
// earlier commands wait until they are resumed, and a directory that another command is about to
// leave is waited for, some seconds.
[[nodiscard]] Result<Client> open_client(Settings const& settings, Console& console,
                                         Opening opening = {});

}  // namespace freshet::cli
