// The options that say which peers may be asked and served, and what follows from them.
#pragma once

#include <string>
#include <vector>

#include "freshet/error.h"
#include "freshet/peers.h"

namespace CLI {
class App;
}

namespace freshet::cli {

struct PeerRequest {
  std::string mode;  // Empty: group when a group is given, otherwise lan.
  std::string group;
  std::string group_secret_file;
  std::string seed_for;
  std::vector<std::string> listen;
  std::vector<std::string> trackers;
  std::vector<std::string> peers;
  bool no_local_search = false;
};

// What is wrong with what was given with `option`.
[[nodiscard]] tl::unexpected<Error> wrong_option(std::string option, std::string why);

void add_peer_options(CLI::App& command, PeerRequest& request);

// Whether any of them was given.
[[nodiscard]] bool says_something(PeerRequest const& request);

// Reads the group's secret. invalid_argument names the option that cannot be.
[[nodiscard]] Result<PeerOptions> plan_peers(PeerRequest const& request);

}  // namespace freshet::cli
