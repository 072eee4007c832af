// freshet content share
#include <CLI/CLI.hpp>

#include <memory>
#include <optional>

#include "api/cli/commands.h"
#include "api/cli/exit_code.h"
#include "api/cli/linger.h"
#include "api/cli/peer_flags.h"
#include "api/cli/text.h"

namespace freshet::cli {

namespace {

struct ShareRequest {
  std::vector<std::string> contents;  // Empty: all that are whole.
  PeerRequest peers;
};

Result<std::vector<ContentId>> chosen(Client const& client, ShareRequest const& request) {
  std::vector<ContentId> ids;
  for (auto const& text : request.contents) {
    auto const id = content_id_from_string(text);
    if (!id) return fail(Errc::invalid_argument, text, "is no content id (LENGTH-ROOT)");
    ids.push_back(*id);
  }
  if (!ids.empty()) return ids;
  auto const contents = client.contents();
  if (!contents) return tl::unexpected(contents.error());
  for (auto const& content : *contents) {
    if (content.sealed && content.content) ids.push_back(*content.content);
  }
  if (ids.empty()) return fail(Errc::not_found, "content", "nothing whole is stored here");
  return ids;
}

int run(Settings const& settings, ShareRequest const& request) {
  Wakeups wakeups;
  Console console(settings.console);
  auto const peers = plan_peers(request.peers);
  if (!peers) return console.error(peers.error());
  auto client = open_client(settings, console, {.peers = *peers, .own_engine = true});
  if (!client) return console.error(client.error());
  auto const ids = chosen(*client, request);
  if (!ids) return console.error(ids.error());
  std::size_t shared = 0;
  int code = kDone;
  std::optional<Duration> for_a_while;
  if (peers->share_for > Duration::zero()) for_a_while = peers->share_for;
  for (auto const& id : *ids) {
    if (auto const done = client->share(id, for_a_while); !done) {
      code = console.error(done.error());
    } else {
      ++shared;
      console.result(to_string(id));
    }
  }
  if (shared == 0) return code;
  linger(*client, console, wakeups,
         peers->share_for > Duration::zero() ? peers->share_for : kUntilCtrlC);
  return code;
}

}  // namespace

void add_content_share(CLI::App& noun, Settings& settings) {
  auto* const command = noun.add_subcommand("share",
                                            "Shares stored contents with peers: until Ctrl-C here, "
                                            "and whenever the data directory is open "
                                            "with peers until `unshare`, or for --seed-for");
  auto const request = std::make_shared<ShareRequest>();  // Ends with the parser's callback.
  command->add_option("CONTENT", request->contents, "Content ids (default: all that are whole)");
  add_peer_options(*command, request->peers);
  add_shared_options(*command, settings);
  command->callback([&settings, request] {
    settings.run = [&settings, request] { return run(settings, *request); };
  });
}

}  // namespace freshet::cli
