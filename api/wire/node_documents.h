// What the administrator of a node asks and is told. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "freshet/content_id.h"
#include "freshet/units.h"

namespace freshet::wire {

struct NodeShown {
  std::vector<std::uint16_t> ports;  // Where it listens, plain ones first.
  std::string key;                   // By which it signs; the base64 of minisign. Empty: none.
  std::uint64_t connections = 0;
  std::uint64_t objects = 0;
  Bytes bytes = 0;            // Of all objects,
  Bytes bytes_max = 0;        // and how much that may be.
  std::uint64_t fetches = 0;  // Under way.
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
  std::uint64_t fellow_bytes = 0;
};

// By which the node signs, in the base64 of minisign; empty: none.
struct NodeKeys {
  std::string key;
  std::string old_key;  // The one before, which signs beside it until it is retired.
};

struct PatternRequest {
  std::string pattern;
};
struct AllowedOrigins {
  std::vector<std::string> patterns;
};

// A URL, or with "*" at its end all that begin so.
struct UrlRequest {
  std::string url;
};
struct Pins {
  std::vector<std::string> urls;
};

// One of them.
struct PurgeRequest {
  std::optional<std::string> url;
  std::optional<std::string> prefix;
  std::optional<ContentId> content;
};
struct PurgedUrls {
  std::uint64_t urls = 0;
};

}  // namespace freshet::wire
