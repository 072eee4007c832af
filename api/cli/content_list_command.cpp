// freshet content list
#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "api/cli/command.h"
#include "api/cli/commands.h"
#include "api/cli/exit_code.h"
#include "api/cli/json_text.h"
#include "api/cli/text.h"

namespace freshet::cli {

namespace {

int list_contents(Client const& client, Console& console) {
  auto const contents = client.contents();
  if (!contents) return console.error(contents.error());
  for (auto const& content : *contents) {
    if (console.json()) {
      console.record(to_json(content));
      continue;
    }
    auto const id = content.content ? to_string(*content.content) : std::string("not identified");
    console.result(fmt::format("{}  {} of {}  {}  {}", id, size_text(content.present),
                               content.length ? size_text(*content.length) : "unknown size",
                               content.sealed ? "whole" : "partial", printable(content.path)));
  }
  return kDone;
}

}  // namespace

void add_content_list(CLI::App& noun, Settings& settings) {
  auto* const command = noun.add_subcommand("list", "What is stored, and where");
  act_with_client(*command, settings, list_contents);
}

}  // namespace freshet::cli
