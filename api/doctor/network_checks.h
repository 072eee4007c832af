// Checks of the network: multicast on each interface, our own port, ports of others.
//
// `judge_…` are pure. `look_at_…` open sockets and wait, some seconds at most; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/doctor/finding.h"
#include "freshet/error.h"
#include "freshet/peers.h"
#include "freshet/units.h"

namespace freshet::doctor {

struct InterfaceFacts {
  std::string name;
  std::string address;  // Its first one of IPv4.
  bool multicast = false;
  bool loopback = false;
  bool heard_itself = false;     // What we sent to the group came back.
  std::size_t heard_others = 0;  // Hosts that spoke to the group meanwhile.
  std::string why;               // What failed.
};
// Who looks for peers on the link speaks on the way (BEP 14); we say something nobody heeds.
[[nodiscard]] std::vector<InterfaceFacts> look_at_multicast(Duration listen_for);
[[nodiscard]] Findings judge_multicast(std::vector<InterfaceFacts> const& interfaces, bool peers);

struct PortFacts {
  Result<std::uint16_t> port = fail(Errc::policy_refused);
  std::vector<std::string> reached;  // Own addresses at which it answers,
  std::vector<std::string> missed;   // and at which it does not.
};
// `port`: as the engine says it.
[[nodiscard]] PortFacts look_at_port(Result<std::uint16_t> const& port);
[[nodiscard]] Findings judge_port(PortFacts const& facts);

struct PeerFacts {
  std::string endpoint;
  std::optional<Error> error;
  Duration took{};
};
// "192.0.2.1:7680"; without a port 7680.
[[nodiscard]] PeerFacts look_at_peer(std::string const& endpoint, Duration timeout);
[[nodiscard]] Findings judge_peer(PeerFacts const& facts);

}  // namespace freshet::doctor
