// freshet peer list
#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <memory>

#include <nlohmann/json.hpp>

#include "api/cli/commands.h"
#include "api/cli/exit_code.h"
#include "api/cli/json_text.h"
#include "api/cli/linger.h"
#include "api/cli/peer_flags.h"
#include "api/cli/text.h"

namespace freshet::cli {

namespace {

using namespace std::chrono_literals;

struct ListRequest {
  PeerRequest peers;
  double seconds = 3;
};

void show(Console& console, PeerStatus const& peer) {
  if (console.json()) return console.record(to_json(peer));
  console.result(fmt::format(
      "{:<24} {:<10} {:<24} in {:>10} out {:>10}  {}{}", peer.address, name(peer.peer_class),
      printable(peer.client), size_text(peer.received), size_text(peer.sent),
      to_string(peer.content), peer.trouble.empty() ? "" : "  " + printable(peer.trouble)));
}

// Shares what is stored for a moment, so that those who want or have it are met.
int run(Settings const& settings, ListRequest const& request) {
  Wakeups wakeups;
  Console console(settings.console);
  auto const peers = plan_peers(request.peers);
  if (!peers) return console.error(peers.error());
  auto client = open_client(settings, console, *peers);
  if (!client) return console.error(client.error());
  std::size_t shared = 0;
  for (auto const& content : client->contents()) {
    if (content.sealed && content.content && client->share(*content.content)) ++shared;
  }
  if (shared == 0) {
    console.note("Nothing whole is stored here, so there is nothing to meet peers about.");
    return kDone;
  }
  auto const end =
      std::chrono::steady_clock::now() + std::chrono::duration<double>(request.seconds);
  while (std::chrono::steady_clock::now() < end && wakeups.next(100ms).signal == 0) {
  }
  for (auto const& peer : client->peers()) show(console, peer);
  return kDone;
}

}  // namespace

void add_peer_list(CLI::App& noun, Settings& settings) {
  auto* const command =
      noun.add_subcommand("list", "Who else has or wants the contents that are stored here");
  auto const request = std::make_shared<ListRequest>();  // Ends with the parser's callback.
  add_peer_options(*command, request->peers);
  command->add_option("--wait", request->seconds, "Seconds to look for peers (default 3)")
      ->check(CLI::Range(0.1, 3600.0));
  add_shared_options(*command, settings);
  command->callback([&settings, request] {
    settings.run = [&settings, request] { return run(settings, *request); };
  });
}

}  // namespace freshet::cli
