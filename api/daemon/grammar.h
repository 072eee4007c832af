// The words of the daemon's command line, and of the [daemon] section of its file.
//
// One thread. Not to be moved: the parser fills the values beside it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/cli/peer_flags.h"
#include "api/cli/policy_flags.h"
#include "api/daemon/settings.h"
#include "api/policy/policy_file.h"

namespace CLI {
class App;
}

namespace freshet::daemon {

struct Words {
  std::string data;
  std::string socket;
  std::string socket_mode;
  std::string log_level = "info";
  std::uint64_t download_limit = 0;
  bool version = false;
  cli::PeerRequest peers;
  cli::PolicyRequest policies;
};

struct Grammar {
  Grammar();
  ~Grammar();
  Grammar(Grammar const&) = delete;
  Grammar& operator=(Grammar const&) = delete;

  // May throw CLI::ParseError.
  void parse(std::vector<std::string> given);

  Words words;
  DaemonSettings settings;
  std::unique_ptr<CLI::App> app;
};

// What of the file was not given on the command line, which `parsed` has read, as words of a
// command line. invalid_argument lists every mistake with its line.
[[nodiscard]] Result<std::vector<std::string>> words_of(std::vector<FileSetting> const& settings,
                                                        Grammar const& parsed,
                                                        std::string const& path);

}  // namespace freshet::daemon
