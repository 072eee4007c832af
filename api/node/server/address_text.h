// Addresses of sockets as people and URLs write them. Any thread.
#pragma once

#include <sys/socket.h>

#include <string>

namespace freshet::node {

// "192.0.2.1", also where IPv6 carries it, or "2001:db8::1".
[[nodiscard]] std::string address_text(sockaddr_storage const& address);
// Where a connection came in: "192.0.2.1:8080", "[2001:db8::1]:8080"; empty when it is gone.
[[nodiscard]] std::string local_end(int socket);

}  // namespace freshet::node
