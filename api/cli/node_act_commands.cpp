// freshet node warm, freshet node purge
#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <memory>

#include "api/cli/commands.h"
#include "api/cli/exit_code.h"
#include "api/cli/node_calls.h"
#include "api/remote/parsed.h"

namespace freshet::cli {

namespace {

using Words = std::vector<std::string>;

int warm(NodeCalls& calls, Console& console, Words const& urls) {
  auto const answer = calls.call("POST", "/v1/node/warm", wire::write(wire::UrlsRequest{urls}));
  return answer ? kDone : console.error(answer.error());
}

// A content id, a URL, or with a star at its end all that begin so.
wire::PurgeRequest purge_of(std::string const& word) {
  wire::PurgeRequest request;
  request.content = content_id_from_string(word);
  if (request.content) return request;
  if (word.ends_with('*')) {
    request.prefix = word.substr(0, word.size() - 1);
  } else {
    request.url = word;
  }
  return request;
}

int purge(NodeCalls& calls, Console& console, Words const& words) {
  std::uint64_t urls = 0;
  for (auto const& word : words) {
    auto const purged = remote::parsed<wire::PurgedUrls>(
        calls.call("POST", "/v1/node/purge", wire::write(purge_of(word))));
    if (!purged) return console.error(purged.error());
    urls += purged->urls;
  }
  if (console.json()) {
    console.record({{"urls", urls}});
  } else {
    console.result(fmt::format("{} URLs forgotten", urls));
  }
  return kDone;
}

void act_on_words(CLI::App& command, Settings& settings, std::string const& help,
                  int (*act)(NodeCalls&, Console&, Words const&)) {
  auto const words = std::make_shared<Words>();
  command.add_option("URL", *words, help)->required();
  act_with_node(command, settings, [words, act](NodeCalls& calls, Console& console) {
    return act(calls, console, *words);
  });
}

}  // namespace

void add_node_warm(CLI::App& noun, Settings& settings) {
  auto* const command =
      noun.add_subcommand("warm", "Fetch what is not stored and fresh, without being asked");
  act_on_words(*command, settings, "To fetch", warm);
}

void add_node_purge(CLI::App& noun, Settings& settings) {
  auto* const command = noun.add_subcommand("purge", "Forget what is stored");
  act_on_words(*command, settings, "Of what; URL* for all that begin so, or a content id", purge);
}

}  // namespace freshet::cli
