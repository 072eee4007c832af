// How many and how long: the bounds of the node's server. Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/node/http/message.h"
#include "freshet/units.h"

namespace freshet::node {

struct ListenAddress {
  std::string address;  // "0.0.0.0:8080", "[::]:8080", "127.0.0.1:0".
  bool secure = false;  // TLS, with the certificate of the options.
};

struct ServerOptions {
  std::vector<ListenAddress> listen;
  std::string certificate;  // PEM, with its chain,
  std::string key;          // and its key.
  std::uint32_t workers = 2;
  std::uint32_t connections_max = 50'000;
  std::uint32_t connections_per_address_max = 20'000;
  HeadLimits head;
  Bytes body_bytes_max = 1_MiB;      // Of a request,
  Bytes bodies_bytes_max = 256_MiB;  // and of all that are under way.
  Bytes turn_bytes = 1_MiB;          // Sent by one connection before others have their turn.
  Duration head_timeout = std::chrono::seconds{20};   // From its first byte to its last.
  Duration idle_timeout = std::chrono::seconds{600};  // Between two requests.
  Duration stall_timeout = std::chrono::seconds{60};  // Without a byte moving either way.
};

}  // namespace freshet::node
