// [node] of freshet.toml: what the administrator wants of the LAN cache. Plain values; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/node/http/message.h"
#include "api/node/route/route.h"

namespace freshet::node {

struct ListenAt {
  IpAddress address;
  std::uint16_t port = 0;  // 0: one that the kernel chooses.
  bool operator==(ListenAt const&) const = default;
};
// "192.0.2.1:80" or "[::]:80".
[[nodiscard]] std::optional<ListenAt> parse_listen(std::string_view text);
[[nodiscard]] std::string to_string(ListenAt const& at);

// [node.limits]
struct NodeLimits {
  Bytes cache = 100_GiB;  // Of all contents together.
  Bytes object = 1_TiB;   // Of one; larger ones pass through.
  std::size_t objects = 1'000'000;
  Duration age{};                           // After its last use an object goes; 0: no limit.
  Duration stale = std::chrono::hours{24};  // So long past freshness it may stand in for an origin
                                            // that fails.
  std::size_t connections = 20'000;
  std::size_t connections_per_client = 1000;
  Duration idle = std::chrono::seconds{60};   // Between requests.
  Duration head = std::chrono::seconds{10};   // For a head to come in whole.
  Duration stall = std::chrono::seconds{60};  // Without a byte taken by the client.
  Duration upstream_stall = std::chrono::seconds{30};
  std::size_t upstream_connections = 8;  // To one origin.
  std::size_t fetches = 256;             // At the same time.
  std::size_t head_bytes = 32 << 10;
  std::size_t fields = 128;
  Bytes request_body = 64_MiB;  // Of requests that pass through.

  [[nodiscard]] HeadLimits heads() const;
  bool operator==(NodeLimits const&) const = default;
};

struct NodeSettings {
  bool enabled = false;
  std::vector<ListenAt> listen;
  std::vector<ListenAt> listen_tls;
  std::string certificate;  // Absolute paths of PEM files; both or neither.
  std::string certificate_key;
  std::string ca_file;           // PEM: whose certificates origins may show. Empty: the system's.
  std::string name = "freshet";  // Of this node, in Via and Cache-Status: a token.
  Ways ways;                     // allow, map, names, origin_networks
  std::size_t workers = 0;       // Threads that serve; 0: one for each processor.
  bool announce = true;          // By DNS-SD, so that clients find the node.
  bool tracker = true;           // An HTTP tracker for this site.
  // Nodes of the same site, "192.0.2.12:8080", which are asked before an origin is; and keys
  // besides our own whose manifests count, in base64.
  std::vector<std::string> fellows;
  std::vector<std::string> fellow_keys;
  bool sign = true;               // Manifests, with the node's key.
  std::vector<std::string> pins;  // URLs that stay; "https://host/path/*": all that begin so.
  std::vector<std::string> warm;  // URLs to fetch without being asked.
  Duration warm_every = std::chrono::hours{24};
  NodeLimits limits;
  bool operator==(NodeSettings const&) const = default;
};

// invalid_argument lists every mistake, each with its line; `path` names the file in it. A text
// without [node] means a node that is not enabled.
[[nodiscard]] Result<NodeSettings> parse_node_settings(std::string_view text,
                                                       std::string const& path);
// not_found when there is none; permission_denied, io_error.
[[nodiscard]] Result<NodeSettings> read_node_settings(std::string const& path);

}  // namespace freshet::node
