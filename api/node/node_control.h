// What the administrator of a node can ask of it and do with it while it runs.
//
// Any thread but the node's own; calls wait for the node's loop. Lives as long as the node.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "freshet/content_id.h"
#include "freshet/error.h"
#include "freshet/units.h"

namespace freshet::node {

struct NodeStatus {
  std::string key;                   // By which it signs, in base64; empty: none.
  std::vector<std::uint16_t> ports;  // In the order of the settings, plain ones first.
  std::uint32_t connections = 0;
  std::uint64_t objects = 0;
  Bytes bytes = 0;      // Of all objects,
  Bytes bytes_max = 0;  // and how much that may be.
  std::uint64_t fills = 0;
  std::uint64_t requests = 0;
  std::uint64_t hits = 0;
  std::uint64_t joined = 0;  // Served by a fetch that was under way.
  std::uint64_t misses = 0;
  std::uint64_t validated = 0;
  std::uint64_t passed = 0;
  std::uint64_t refused = 0;
  std::uint64_t stale = 0;
  Bytes sent_bytes = 0;
  Bytes hit_bytes = 0;
  Bytes upstream_bytes = 0;
  std::uint64_t upstream_requests = 0;
  std::uint64_t upstream_failures = 0;
};

class Node;

class NodeControl {
 public:
  explicit NodeControl(Node& node) : node_(node) {}

  [[nodiscard]] NodeStatus status() const;

  // URLs that stay; "https://host/path/*": all that begin so. Kept over restarts; those of the
  // settings cannot be taken away. invalid_argument.
  [[nodiscard]] Result<void> pin(std::string const& url);
  [[nodiscard]] Result<void> unpin(std::string const& url);
  [[nodiscard]] std::vector<std::string> pins() const;
  // Fetches what is not stored and fresh, as if a client had asked; returns at once.
  [[nodiscard]] Result<void> warm(std::vector<std::string> const& urls);
  // What is stored under them goes; how many URLs that were.
  [[nodiscard]] Result<std::size_t> purge(std::string const& url);
  [[nodiscard]] Result<std::size_t> purge_prefix(std::string const& prefix);
  [[nodiscard]] Result<std::size_t> purge_content(ContentId const& content);

  // Patterns of origins that may be asked: of the settings, and added here until the node stops.
  [[nodiscard]] std::vector<std::string> allowed() const;
  [[nodiscard]] Result<void> allow(std::string const& pattern);
  [[nodiscard]] Result<void> disallow(std::string const& pattern);

 private:
  Node& node_;
};

}  // namespace freshet::node
