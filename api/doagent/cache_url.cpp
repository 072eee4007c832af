#include "api/doagent/cache_url.h"

#include "engine/base/url.h"

namespace freshet::doagent {

namespace {

bool has_port(std::string_view host) {
  auto const bracket = host.rfind(']');
  return host.find(':', bracket == std::string_view::npos ? 0 : bracket) != std::string_view::npos;
}

}  // namespace

std::optional<std::string> cache_url(std::string_view uri, std::string_view host) {
  auto url = parse_url(uri);
  bool const plain = host.find_first_of("/?#@ ") == std::string_view::npos;
  if (!url || host.empty() || !plain) return std::nullopt;
  auto const cache = parse_url(url->scheme + "://" + std::string(host) + "/");
  if (!cache) return std::nullopt;
  auto query = url->query.value_or("");
  if (!query.empty()) query += '&';
  url->query = query + "cacheHostOrigin=" + url->host;
  url->host = cache->host;
  url->userinfo.clear();
  if (has_port(host)) url->port = cache->port;
  return to_string(*url);
}

std::string host_of(std::string_view uri) {
  auto const url = parse_url(uri);
  return url ? url->host : std::string();
}

}  // namespace freshet::doagent
