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

void show(Console& console, PeerBan const& ban) {
  if (console.json()) return console.record(to_json(ban));
  auto const left = std::chrono::duration_cast<std::chrono::minutes>(
      ban.until - std::chrono::system_clock::now());
  console.result(fmt::format("{:<24} banned for {} min (strike {}): {}, {} at byte {}", ban.address,
                             std::max<std::int64_t>(left.count(), 0), ban.strikes,
                             printable(ban.why), to_string(ban.content), ban.bytes.begin));
}

int show_all(Client const& client, Console& console) {
  auto const met = client.peers();
  if (!met) return console.error(met.error());
  for (auto const& peer : *met) show(console, peer);
  auto const bans = client.bans();
  if (!bans) return console.error(bans.error());
  for (auto const& ban : *bans) show(console, ban);
  return kDone;
}

// Shares what is stored for a moment, so that those who want or have it are met. A daemon has met
// them already.
int run(Settings const& settings, ListRequest const& request) {
  Wakeups wakeups;
  Console console(settings.console);
  auto const peers = plan_peers(request.peers);
  if (!peers) return console.error(peers.error());
  bool const own = says_something(request.peers);
  if (!own) {
    auto const daemon = find_daemon(settings);
    if (daemon) return show_all(*daemon, console);
    bool const none = daemon.error().code == Errc::daemon_unavailable;
    if (!none || !settings.connect.empty()) return console.error(daemon.error());
  }
  auto client = open_client(settings, console, {.peers = *peers, .own_engine = true});
  if (!client) return console.error(client.error());
  std::size_t shared = 0;
  auto const for_a_moment =
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(request.seconds));
  auto const contents = client->contents();
  if (!contents) return console.error(contents.error());
  for (auto const& content : *contents) {
    if (!content.sealed || !content.content) continue;
    if (content.shared || client->share(*content.content, for_a_moment)) ++shared;
  }
  if (shared == 0) {
    console.note("Nothing whole is stored here, so there is nothing to meet peers about.");
    return kDone;
  }
  auto const end =
      std::chrono::steady_clock::now() + std::chrono::duration<double>(request.seconds);
  while (std::chrono::steady_clock::now() < end && wakeups.next(100ms).signal == 0) {
  }
  return show_all(*client, console);
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
