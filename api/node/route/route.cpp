#include "api/node/route/route.h"

#include <algorithm>

#include "api/node/http/text.h"

namespace freshet::node {

namespace {

constexpr std::string_view kParameter = "cacheHostOrigin";

using Found = tl::expected<Route, RouteRefusal>;

tl::unexpected<RouteRefusal> refused(unsigned status, std::string_view type, std::string why) {
  return tl::unexpected(RouteRefusal{status, type, std::move(why)});
}

tl::unexpected<RouteRefusal> malformed(std::string why) {
  return refused(400, "http_request_error", std::move(why));
}

// "%2e", "%2f" and "%5c" as what they stand for: how the most careless server reads a path.
std::string loosely_decoded(std::string_view path) {
  std::string out;
  for (std::size_t at = 0; at < path.size(); ++at) {
    auto const code = lowered(path.substr(at, 3));
    auto const c = code == "%2e" ? '.' : code == "%2f" || code == "%5c" ? '/' : '\0';
    out += c == '\0' ? path[at] : c;
    if (c != '\0') at += 2;
  }
  return out;
}

// Whether some server could take a part of the path for "..": prefixes would say nothing then.
bool climbs(std::string_view path) {
  auto const decoded = loosely_decoded(path);
  auto rest = std::string_view(decoded);
  while (!rest.empty()) {
    auto const segment = rest.substr(0, rest.find('/'));
    if (segment == "." || segment == ".." || segment.starts_with("..;")) return true;
    rest.remove_prefix(std::min(segment.size() + 1, rest.size()));
  }
  return false;
}

// A URL for the wire and for keys: no user's name, no dot behind the host.
std::optional<Url> clean_url(std::string const& text) {
  auto url = parse_url(text);
  if (!url || !url->userinfo.empty() || text.find('#') != std::string::npos) return std::nullopt;
  if (climbs(url->path)) return std::nullopt;
  if (url->host.ends_with('.')) url->host.pop_back();
  return *url;
}

Found toward(Way way, Url url, Ways const& ways) {
  auto const literal = parse_address(url.host);
  if (literal && !may_dial(*literal, ways.networks)) {
    return refused(403, "destination_ip_prohibited",
                   url.host +
                       " is not on the Internet; name its network in origin_networks of "
                       "[node] if it is meant.");
  }
  auto const expected = digest_named_by(url);
  return Route{way, std::move(url), expected};
}

Found judged(Way way, Url url, Ways const& ways) {
  if (ways.allow.allows(url)) return toward(way, std::move(url), ways);
  return refused(403, "http_request_denied",
                 url.scheme + "://" + url.authority() +
                     " is not on this cache's list; its administrator adds it to allow of [node].");
}

bool is_own(std::string_view host, Ways const& ways) {
  return std::ranges::find(ways.names, host) != ways.names.end();
}

// Takes the parameter out of the query. `times` counts it.
std::string take_parameter(Url& url, std::size_t& times) {
  std::string value;
  std::string others;
  auto rest = std::string_view(*url.query);
  for (bool more = true; more;) {
    auto const end = rest.find('&');
    auto const part = rest.substr(0, end);
    more = end != std::string_view::npos;
    if (more) rest.remove_prefix(end + 1);
    auto const equals = part.find('=');
    if (same_word(part.substr(0, equals), kParameter)) {
      ++times;
      value = equals == std::string_view::npos ? "" : std::string(part.substr(equals + 1));
    } else {
      others.append(others.empty() ? "" : "&").append(part);
    }
  }
  url.query = others.empty() ? std::nullopt : std::optional(others);
  return value;
}

// "%3A" and "%2F" of an origin with port or scheme, and brackets.
std::string origin_decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    auto const code = lowered(text.substr(at, 3));
    auto const c = code == "%3a"   ? ':'
                   : code == "%2f" ? '/'
                   : code == "%5b" ? '['
                   : code == "%5d" ? ']'
                                   : '\0';
    out += c == '\0' ? text[at] : c;
    if (c != '\0') at += 2;
  }
  return out;
}

// What was asked, of `origin`: "host", "host:port" or with a scheme. Without one, the way the
// request came; https where the list wants that.
Found at_origin(Url const& asked, std::string const& origin, Ways const& ways, bool secure) {
  auto const tail = asked.path + (asked.query ? "?" + *asked.query : "");
  bool const has_scheme = origin.find("://") != std::string::npos;
  auto const text = (has_scheme ? "" : secure ? "https://" : "http://") + origin;
  auto const bare = clean_url(text);
  bool const host_alone = bare && bare->path == "/" && !bare->query && !origin.ends_with('/');
  auto const url = host_alone ? clean_url(text + tail) : std::nullopt;
  if (!url || url->scheme == "file") return malformed("cacheHostOrigin names no host.");
  auto const upgraded = clean_url("https://" + origin + tail);
  bool const upgrade =
      !has_scheme && !ways.allow.allows(*url) && upgraded && ways.allow.allows(*upgraded);
  return judged(Way::cache_host, upgrade ? *upgraded : *url, ways);
}

std::optional<Url> mapped(Url const& asked, Ways const& ways) {
  Mapping const* best = nullptr;
  for (auto const& mapping : ways.mappings) {
    bool const fits = asked.path.starts_with(mapping.prefix);
    if (fits && (best == nullptr || mapping.prefix.size() > best->prefix.size())) best = &mapping;
  }
  if (best == nullptr) return std::nullopt;
  auto url = best->origin;
  url.path += asked.path.substr(best->prefix.size());
  url.query = asked.query;
  return url;
}

// Whether the list names this host, rather than all of them: the convention of caches that are
// reached under the origin's own name.
bool list_names(Url const& url, Ways const& ways) {
  return std::ranges::any_of(ways.allow.patterns(), [&](AllowPattern const& pattern) {
    return !pattern.host.empty() && pattern.matches(url);
  });
}

std::optional<Url> by_host(Url const& asked, Ways const& ways, bool secure) {
  if (is_own(asked.host, ways) || parse_address(asked.host)) return std::nullopt;
  auto url = asked;
  url.scheme = secure ? "https" : "http";
  url.port = secure ? 443 : 80;  // The node's own port is none of the origin's.
  if (list_names(url, ways)) return url;
  url.scheme = "https";
  url.port = 443;
  return list_names(url, ways) ? std::optional(url) : std::nullopt;
}

Found origin_form(RequestHead const& request, Ways const& ways, bool secure) {
  auto const host = request.fields.first("Host").value_or("");
  auto asked =
      clean_url("http://" + std::string(host.empty() ? "localhost" : host) + request.target);
  if (!asked) return malformed("The path or Host of the request is malformed.");
  if (asked->query) {
    std::size_t times = 0;
    auto const origin = take_parameter(*asked, times);
    if (times > 1) return malformed("cacheHostOrigin is there more than once.");
    if (times == 1) return at_origin(*asked, origin_decoded(origin), ways, secure);
  }
  if (auto url = mapped(*asked, ways)) return toward(Way::mapping, std::move(*url), ways);
  if (auto url = by_host(*asked, ways, secure)) {
    return toward(Way::cache_host, std::move(*url), ways);
  }
  return Route{Way::own, Url{.path = asked->path, .query = asked->query}, std::nullopt};
}

Found absolute_form(RequestHead request, Ways const& ways, bool secure) {
  auto url = clean_url(request.target);
  if (!url || url->scheme == "file") {
    return malformed("The request's target is no URL of http or https.");
  }
  if (!is_own(url->host, ways)) return judged(Way::forward, std::move(*url), ways);
  request.target = url->path + (url->query ? "?" + *url->query : "");
  request.fields.set("Host", url->authority());
  return origin_form(request, ways, secure);
}

}  // namespace

Found find_route(RequestHead const& request, Ways const& ways, bool secure) {
  if (request.method == "CONNECT") {
    return refused(403, "http_request_denied",
                   "This cache opens no tunnels; ask for https origins by cacheHostOrigin.");
  }
  if (request.method == "TRACE") {
    return refused(405, "http_request_denied", "This cache does not echo requests.");
  }
  if (request.target == "*") {
    if (request.method != "OPTIONS") return malformed("The target * is for OPTIONS alone.");
    return Route{Way::own, Url{.path = "*"}, std::nullopt};
  }
  if (request.target.starts_with('/')) return origin_form(request, ways, secure);
  return absolute_form(request, ways, secure);
}

bool may_follow(Url const& target, Ways const& ways) {
  auto const literal = parse_address(target.host);
  bool const reachable = !literal || may_dial(*literal, ways.networks);
  return reachable && target.userinfo.empty() && !climbs(target.path) && ways.allow.allows(target);
}

std::optional<Digest> digest_named_by(Url const& url) {
  auto const path = std::string_view(url.path);
  auto const last = path.rfind('/');
  if (last == std::string_view::npos || last == 0) return std::nullopt;
  auto const name = path.substr(last + 1);
  auto const above = path.substr(0, last);
  if (above.ends_with("/by-hash/SHA256")) return digest_from_hex(name);
  bool const registry = path.starts_with("/v2/") || path.find("/v2/") != std::string_view::npos;
  if (!registry || !(above.ends_with("/blobs") || above.ends_with("/manifests"))) {
    return std::nullopt;
  }
  for (std::string_view const prefix : {"sha256:", "sha256%3A", "sha256%3a"}) {
    if (name.starts_with(prefix)) return digest_from_hex(name.substr(prefix.size()));
  }
  return std::nullopt;
}

}  // namespace freshet::node
