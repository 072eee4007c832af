// freshet node find
#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <memory>

#include "api/cli/commands.h"
#include "api/cli/exit_code.h"
#include "api/cli/settings.h"
#include "api/cli/text.h"
#include "api/node/discovery/finder.h"

namespace freshet::cli {

namespace {

int find(Console& console, double seconds) {
  auto const wait = std::chrono::duration<double>(seconds);
  auto const nodes = node::find_nodes(std::chrono::duration_cast<Duration>(wait));
  if (!nodes) return console.error(nodes.error());
  for (auto const& each : *nodes) {
    auto const host = to_string(each.address) + ":" + std::to_string(each.port);
    auto const name = printable(each.name);
    auto const key = printable(each.key_id);
    if (console.json()) {
      console.record({{"host", host}, {"name", name}, {"key_id", key}});
    } else {
      console.result(fmt::format("{}  {}  {}", host, name, key));
    }
  }
  return kDone;
}

}  // namespace

void add_node_find(CLI::App& noun, Settings& settings) {
  auto* const command = noun.add_subcommand(
      "find", "Nodes on this machine's own links: addresses for DOCacheHost, names, keys");
  auto const seconds = std::make_shared<double>(2);
  command->add_option("--wait", *seconds, "Seconds for answers to come")
      ->check(CLI::Range(0.1, 60.0));
  add_shared_options(*command, settings);
  command->callback([&settings, seconds] {
    settings.run = [&settings, seconds] {
      Console console(settings.console);
      return find(console, *seconds);
    };
  });
}

}  // namespace freshet::cli
