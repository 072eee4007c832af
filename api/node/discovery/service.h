// What a node says of itself by DNS-SD (RFC 6763), and what is made of such answers.
//
// Pure; any thread. Answers are hostile.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/node/discovery/dns_message.h"

namespace freshet::node {

struct NodeService {
  std::string instance;  // One label that people read: who it is.
  std::string host;      // One label, of no other host: below .local.
  std::uint16_t port = 0;
  std::string key_id;  // Of the key it signs with; empty: none.
};

// What it says unasked when it comes, and with `ttl` 0 when it goes.
[[nodiscard]] DnsMessage announcement(NodeService const& service, IpAddress const& at,
                                      std::uint32_t ttl);
// To a question that came from `port`; nothing where it asks for something else. `at`: the node's
// address on that link.
[[nodiscard]] std::optional<DnsMessage> answer(DnsMessage const& asked, std::uint16_t port,
                                               NodeService const& service, IpAddress const& at);

[[nodiscard]] DnsMessage node_question(std::uint16_t id);

struct FoundNode {
  std::string name;
  IpAddress address;
  std::uint16_t port = 0;
  std::string key_id;
  bool operator==(FoundNode const&) const = default;
};
// Nodes that this answer names, with all that is needed to reach them.
[[nodiscard]] std::vector<FoundNode> nodes_in(DnsMessage const& answer);

}  // namespace freshet::node
