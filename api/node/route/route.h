// Which origin a request means. Three ways in: Connected Cache's convention
// (/path?cacheHostOrigin=host), a forward proxy for http, and prefixes that are mapped to origins.
// All else is refused: a node is no open proxy.
//
// Pure; any thread. Names are not resolved here: may_dial() of route/address.h judges what they
// lead to.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/node/http/message.h"
#include "api/node/route/address.h"
#include "api/node/route/allow_list.h"
#include "api/node/route/refusal.h"
#include "engine/base/url.h"
#include "freshet/digest.h"

namespace freshet::node {

// A path on the node that stands for an origin.
struct Mapping {
  std::string prefix;  // "/debian/": with a slash at both ends.
  Url origin;          // Its path ends with a slash; what follows the prefix is put behind it.
  bool operator==(Mapping const&) const = default;
};

struct Ways {
  AllowList allow;
  std::vector<Mapping> mappings;    // The longest prefix wins. Origins need no other permission.
  std::vector<std::string> names;   // Hosts that are the node itself, lower case, without port.
  std::vector<IpNetwork> networks;  // Not public, and yet origins may be there.
  bool operator==(Ways const&) const = default;
};

enum class Way : std::uint8_t {
  own,         // The node's own documents: `url` has path and query, and no host.
  cache_host,  // ?cacheHostOrigin=, or the origin's name in Host
  forward,     // http://host/path
  mapping,
};

struct Route {
  Way way = Way::own;
  Url url;                         // Where the origin has it, and the primary key of the cache.
  std::optional<Digest> expected;  // The SHA-256 of the content, where the URL names it.
};

// `secure`: the request came over TLS. The URL never carries a user's name.
[[nodiscard]] tl::expected<Route, RouteRefusal> find_route(RequestHead const& request,
                                                           Ways const& ways, bool secure);

// Whether a redirect's target may be fetched on the client's behalf: another request would have to
// name it and be allowed.
[[nodiscard]] bool may_follow(Url const& target, Ways const& ways);

// The digest that a URL names: .../blobs/sha256:<hex> of OCI registries, .../by-hash/SHA256/<hex>
// of apt.
[[nodiscard]] std::optional<Digest> digest_named_by(Url const& url);

}  // namespace freshet::node
