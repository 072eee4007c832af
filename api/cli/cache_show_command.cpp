// freshet cache show
#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "api/cli/command.h"
#include "api/cli/commands.h"
#include "api/cli/exit_code.h"
#include "api/cli/text.h"
#include "api/client/cache_use.h"

namespace freshet::cli {

namespace {

int show(Client const& client, Console& console) {
  auto const use = cache_use(client);
  if (!use) return console.error(use.error());
  if (console.json()) {
    nlohmann::json told{{"contents", use->contents},
                        {"bytes", use->bytes},
                        {"pinned", use->pinned},
                        {"pinned_bytes", use->pinned_bytes},
                        {"limits", nlohmann::json::object()}};
    for (auto const& policy : use->limits) told["limits"][policy.name] = policy.value;
    console.record(told);
    return kDone;
  }
  auto const line = [&](char const* what, Bytes bytes, std::size_t count) {
    console.result(fmt::format("{:<24} {} in {} contents", what, size_text(bytes), count));
  };
  line("stored", use->bytes, use->contents);
  line("pinned", use->pinned_bytes, use->pinned);
  for (auto const& policy : use->limits) {
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
