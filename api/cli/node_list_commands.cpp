// freshet node allow, freshet node pin: lists that are shown, added to and taken from.
#include <CLI/CLI.hpp>

#include <nlohmann/json.hpp>

#include <memory>

#include "api/cli/commands.h"
#include "api/cli/exit_code.h"
#include "api/cli/node_calls.h"
#include "api/cli/text.h"
#include "api/remote/parsed.h"
#include "engine/base/url.h"

namespace freshet::cli {

namespace {

struct Changes {
  std::vector<std::string> add;
  std::vector<std::string> remove;
};

// Where a list is, and what its entries are called.
struct Place {
  std::string target;
  std::string member;
};

int end_with(Console& console, Result<std::string> const& answer) {
  return answer ? kDone : console.error(answer.error());
}

int change(NodeCalls& calls, Console& console, Place const& place, Changes const& changes) {
  for (auto const& entry : changes.add) {
    auto const body = nlohmann::json{{place.member, entry}}.dump();
    auto const answer = calls.call("POST", place.target, body);
    if (!answer) return end_with(console, answer);
  }
  for (auto const& entry : changes.remove) {
    auto const target = place.target + "?" + place.member + "=" + percent_encoded(entry);
    auto const answer = calls.call("DELETE", target);
    if (!answer) return end_with(console, answer);
  }
  return kDone;
}

template <typename T>
int list(NodeCalls& calls, Console& console, Place const& place,
         std::vector<std::string> T::*entries) {
  auto const found = remote::parsed<T>(calls.call("GET", place.target));
  if (!found) return console.error(found.error());
  for (auto const& entry : (*found).*entries) {
    if (console.json()) {
      console.record({{place.member, printable(entry)}});
    } else {
      console.result(printable(entry));
    }
  }
  return kDone;
}

template <typename T>
void act_on_list(CLI::App& command, Settings& settings, Place const& place,
                 std::vector<std::string> T::*entries) {
  auto const changes = std::make_shared<Changes>();
  command.add_option("ENTRY", changes->add, "To be added; without any the list is shown");
  command.add_option("--remove", changes->remove, "To be taken away; may be repeated")
      ->expected(1)
      ->take_all();
  act_with_node(command, settings, [=](NodeCalls& calls, Console& console) {
    bool const changing = !changes->add.empty() || !changes->remove.empty();
    return changing ? change(calls, console, place, *changes)
                    : list(calls, console, place, entries);
  });
}

}  // namespace

void add_node_allow(CLI::App& noun, Settings& settings) {
  auto* const command = noun.add_subcommand(
      "allow", "Origins that may be asked, [https://]host[:port][/path/]; until the daemon ends");
  act_on_list(*command, settings, {"/v1/node/allow", "pattern"}, &wire::AllowedOrigins::patterns);
}

void add_node_pin(CLI::App& noun, Settings& settings) {
  auto* const command = noun.add_subcommand(
      "pin", "URLs whose contents stay whatever the limits say; URL* means all that begin so");
  act_on_list(*command, settings, {"/v1/node/pins", "url"}, &wire::Pins::urls);
}

}  // namespace freshet::cli
