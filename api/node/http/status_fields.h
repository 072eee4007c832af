// Cache-Status (RFC 9211) and Proxy-Status (RFC 9209): what the node did, for those who look after
// it.
//
// Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/node/http/cache_control.h"
#include "api/node/http/fields.h"

namespace freshet::node {

// Why a request went on to the origin (RFC 9211 §2.2).
enum class Forward : std::uint8_t {
  none,       // It did not: a hit.
  bypass,     // The node was told not to handle it.
  method,     // The method is not one that is answered from a cache.
  uri_miss,   // Nothing is stored for the URL.
  vary_miss,  // Something is, but for other requests.
  miss,       // Nothing that fits.
  request,    // The request's directives want it so.
  stale,      // What is stored is stale.
  partial,    // What is stored is not all that is asked.
};
[[nodiscard]] std::string_view name(Forward forward);

struct CacheStatus {
  Forward forward = Forward::none;
  std::optional<unsigned> forward_status;  // Of the origin's answer.
  std::optional<Seconds> time_to_live;     // Negative when stale.
  bool stored = false;
  bool collapsed = false;  // It joined a fetch that was under way.
  std::string_view detail;
};
[[nodiscard]] std::string to_text(std::string_view node, CacheStatus const& status);
// Behind what caches closer to the origin have said.
void add_cache_status(Fields& fields, std::string_view node, CacheStatus const& status);

struct ProxyStatus {
  std::string_view error;  // A type of RFC 9209 §2.3; empty: none.
  std::optional<unsigned> received_status;
  std::string_view next_hop;
  std::string_view detail;
};
[[nodiscard]] std::string to_text(std::string_view node, ProxyStatus const& status);
void add_proxy_status(Fields& fields, std::string_view node, ProxyStatus const& status);

}  // namespace freshet::node
