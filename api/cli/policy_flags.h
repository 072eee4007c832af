// The options that say which policies hold, and what follows from them.
#pragma once

#include <string>
#include <vector>

#include "freshet/client.h"

namespace CLI {
class App;
}

namespace freshet::cli {

struct PolicyRequest {
  std::string file;                   // Empty: the system's, if there is one.
  std::vector<std::string> policies;  // "DOMaxCacheAge=3600"
  bool operator==(PolicyRequest const&) const = default;
};

inline constexpr auto kSystemPolicyFile = "/etc/freshet/freshet.toml";

void add_policy_options(CLI::App& command, PolicyRequest& request);

// invalid_argument names what is not NAME=VALUE.
[[nodiscard]] Result<void> plan_policies(PolicyRequest const& request, Options& options);

}  // namespace freshet::cli
