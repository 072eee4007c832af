// freshet policy show
#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "api/cli/command.h"
#include "api/cli/commands.h"
#include "api/cli/exit_code.h"
#include "api/cli/monitor_json.h"
#include "api/cli/text.h"

namespace freshet::cli {

namespace {

void show(Console& console, PolicyEntry const& policy) {
  if (console.json()) return console.record(to_json(policy));
  auto const value = policy.value.empty() ? std::string("-") : policy.value;
  auto const from = policy.place.empty() ? std::string(name(policy.origin)) : policy.place;
  console.result(fmt::format("{:<45} {:<16} {:<5} {}", policy.name, printable(value), policy.unit,
                             printable(from)));
}

int list_policies(Client const& client, Console& console) {
  auto const policies = client.policies();
  if (!policies) return console.error(policies.error());
  auto const verdict = client.verdict();
  if (!verdict) return console.error(verdict.error());
  for (auto const& policy : *policies) show(console, policy);
  if (console.json()) {
    console.record({{"restrictions", verdict->reasons}});
  } else {
    for (auto const& reason : verdict->reasons) console.result("now: " + printable(reason));
  }
  return kDone;
}

}  // namespace

void add_policy_show(CLI::App& noun, Settings& settings) {
  auto* const command = noun.add_subcommand(
      "show", "Every policy with its value, where that comes from, and what it forbids now");
  act_with_client(*command, settings, list_policies);
}

}  // namespace freshet::cli
