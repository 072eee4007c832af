// freshet cache show
#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "api/cli/command.h"
#include "api/cli/commands.h"
#include "api/cli/exit_code.h"
#include "api/cli/text.h"

namespace freshet::cli {

namespace {

bool is_limit(std::string const& policy) {
  return policy == "DOMaxCacheAge" || policy == "DOMaxCacheSize" ||
         policy == "DOAbsoluteMaxCacheSize";
}

int show(Client const& client, Console& console) {
  auto const contents = client.contents();
  if (!contents) return console.error(contents.error());
  auto const policies = client.policies();
  if (!policies) return console.error(policies.error());
  Bytes bytes = 0;
  Bytes pinned_bytes = 0;
  std::size_t pinned = 0;
  for (auto const& content : *contents) {
    bytes += content.present;
    if (!content.shared || content.shared_until) continue;
    ++pinned;
    pinned_bytes += content.present;
  }
  if (console.json()) {
    nlohmann::json use{{"contents", contents->size()},
                       {"bytes", bytes},
                       {"pinned", pinned},
                       {"pinned_bytes", pinned_bytes},
                       {"limits", nlohmann::json::object()}};
    for (auto const& policy : *policies) {
      if (is_limit(policy.name)) use["limits"][policy.name] = policy.value;
    }
    console.record(use);
    return kDone;
  }
  console.result(
      fmt::format("{:<24} {} in {} contents", "stored", size_text(bytes), contents->size()));
  console.result(
      fmt::format("{:<24} {} in {} contents", "pinned", size_text(pinned_bytes), pinned));
  for (auto const& policy : *policies) {
    if (!is_limit(policy.name)) continue;
    auto const value = policy.value.empty() ? "not set" : policy.value + " " + policy.unit;
    console.result(fmt::format("{:<24} {}", policy.name, printable(value)));
  }
  return kDone;
}

}  // namespace

void add_cache_show(CLI::App& noun, Settings& settings) {
  auto* const command = noun.add_subcommand("show", "What is stored as a whole, and its limits");
  act_with_client(*command, settings, show);
}

}  // namespace freshet::cli
