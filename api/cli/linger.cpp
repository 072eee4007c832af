#include "api/cli/linger.h"

#include <algorithm>

#include "api/cli/text.h"

namespace freshet::cli {

namespace {

using namespace std::chrono_literals;

std::string status(Client const& client) {
  Bytes sent = 0;
  std::size_t connected = 0;
  auto const peers = client.peers();
  if (!peers) return describe(peers.error());
  for (auto const& peer : *peers) {
    sent += peer.sent;
    connected += peer.connected ? 1 : 0;
  }
  return "Sharing: " + std::to_string(connected) + (connected == 1 ? " peer, " : " peers, ") +
         size_text(sent) + " sent";
}

}  // namespace

void linger(Client& client, Console& console, Wakeups& wakeups, Duration time) {
  auto const end = std::chrono::steady_clock::now() + time;
  console.note(time == kUntilCtrlC ? "Sharing; Ctrl-C ends it."
                                   : "Sharing for " + time_text(time) + "; Ctrl-C ends it.");
  while (true) {
    auto const left = end - std::chrono::steady_clock::now();
    if (left <= 0s) break;
    auto const turn = std::chrono::ceil<std::chrono::milliseconds>(std::min<Duration>(left, 1s));
    if (wakeups.next(turn).signal != 0) break;
    if (console.terminal()) console.status(status(client));
  }
  console.note(status(client));
}

}  // namespace freshet::cli
