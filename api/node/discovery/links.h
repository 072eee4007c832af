// This machine's links on which others can be asked by multicast, and a socket for that. IPv4.
//
// Any thread.
#pragma once

#include <netinet/in.h>

#include <optional>
#include <string_view>
#include <vector>

#include "api/descriptor.h"
#include "api/node/route/address.h"
#include "freshet/error.h"

namespace freshet::node {

inline constexpr std::uint16_t kDnsPort = 5353;

struct Link {
  int index = 0;
  IpAddress address;  // Of this machine there,
  IpNetwork network;  // and what is on it.
};
// Those that are up, without loopback.
[[nodiscard]] std::vector<Link> links();

// Bound to `port` of all addresses, which others may have too (0: any); does not wait.
// port_unavailable.
[[nodiscard]] Result<local::Descriptor> multicast_socket(std::uint16_t port);
// From now on what is said to all on this link is heard.
void join(int socket, Link const& link);

// To all on the link, or to one of them. What does not go is lost, as datagrams are.
void send_on(int socket, Link const& link, std::string_view bytes,
             std::optional<sockaddr_in> const& to = std::nullopt);

struct Datagram {
  std::string_view bytes;  // In the caller's space.
  sockaddr_in from{};
  int link = 0;  // Its index.
};
// Nothing: none is there.
[[nodiscard]] std::optional<Datagram> receive(int socket, std::span<char> space);

}  // namespace freshet::node
