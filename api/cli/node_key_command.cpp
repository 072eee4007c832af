// freshet node key
#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "api/cli/commands.h"
#include "api/cli/exit_code.h"
#include "api/cli/node_calls.h"
#include "api/cli/text.h"
#include "api/remote/parsed.h"

namespace freshet::cli {

namespace {

int show(NodeCalls& calls, Console& console, std::string_view method, std::string const& target) {
  auto const text = calls.call(method, target);
  auto const keys = remote::parsed<wire::NodeKeys>(text);
  if (!keys) return console.error(keys.error());
  if (console.json()) {
    console.record(nlohmann::json::parse(*text));
    return kDone;
  }
  console.result(fmt::format("key  {}", printable(keys->key)));
  if (!keys->old_key.empty()) console.result(fmt::format("old  {}", printable(keys->old_key)));
  return kDone;
}

void add(CLI::App& command, Settings& settings, std::string_view method, std::string target) {
  act_with_node(command, settings, [method, target](NodeCalls& calls, Console& console) {
    return show(calls, console, method, target);
  });
}

}  // namespace

void add_node_key(CLI::App& noun, Settings& settings) {
  auto* const key = noun.add_subcommand("key", "The keys by which the node signs manifests");
  key->require_subcommand(1);
  add(*key->add_subcommand("show", "The key, and the one before while it signs too"), settings,
      "GET", "/v1/node/key");
  add(*key->add_subcommand("rotate", "Sign by a new key, and by the one so far beside it"),
      settings, "POST", "/v1/node/key/rotate");
  add(*key->add_subcommand("retire", "Sign no more by the key before"), settings, "POST",
      "/v1/node/key/retire");
}

}  // namespace freshet::cli
