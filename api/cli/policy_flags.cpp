#include "api/cli/policy_flags.h"

#include <CLI/CLI.hpp>

#include "api/cli/settings.h"

namespace freshet::cli {

void add_policy_options(CLI::App& command, PolicyRequest& request) {
  command.add_option("--policy-file", request.file,
                     "Policies in TOML (default: /etc/freshet/freshet.toml, if there is one)");
  command
      .add_option("--policy", request.policies,
                  "NAME=VALUE: a policy by its name, as DOMaxCacheAge=3600; may be repeated")
      ->expected(1)
      ->take_all();
}

Result<void> plan_policies(PolicyRequest const& request, Options& options) {
  options.policy_file_required = !request.file.empty();
  options.policy_file = options.policy_file_required ? absolute(request.file) : kSystemPolicyFile;
  for (auto const& text : request.policies) {
    auto const mark = text.find('=');
    if (mark == std::string::npos) {
      return fail(Errc::invalid_argument, "--policy " + text, "is not NAME=VALUE");
    }
    options.policies.emplace_back(text.substr(0, mark), text.substr(mark + 1));
  }
  return {};
}

}  // namespace freshet::cli
