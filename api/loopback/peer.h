// Who is at the other end of a connection on loopback: the kernel knows whose socket it is.
//
// Any thread. Asks by netlink (sock_diag(7)); waits for the kernel alone.
#pragma once

#include <cstdint>
#include <optional>

namespace freshet::loopback {

struct Peer {
  std::uint32_t uid = 0;
  bool loopback = false;  // Its address is in 127.0.0.0/8.
};

// Nothing when it has gone away already, or the kernel does not tell.
[[nodiscard]] std::optional<Peer> peer_of(int socket);

}  // namespace freshet::loopback
