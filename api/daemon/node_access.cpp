#include "api/daemon/node_access.h"

namespace freshet::daemon {

wire::NodeShown NodeAccess::show() {
  auto const status = control_.status();
  return {.ports = status.ports,
          .key = status.key,
          .connections = status.connections,
          .objects = status.objects,
          .bytes = status.bytes,
          .bytes_max = status.bytes_max,
          .fetches = status.fills,
          .requests = status.requests,
          .hits = status.hits,
          .joined = status.joined,
          .misses = status.misses,
          .validated = status.validated,
          .passed = status.passed,
          .refused = status.refused,
          .stale = status.stale,
          .sent_bytes = status.sent_bytes,
          .hit_bytes = status.hit_bytes,
          .upstream_bytes = status.upstream_bytes,
          .upstream_requests = status.upstream_requests,
          .upstream_failures = status.upstream_failures};
}

std::vector<std::string> NodeAccess::allowed() {
  return control_.allowed();
}
Result<void> NodeAccess::allow(std::string const& pattern) {
  return control_.allow(pattern);
}
Result<void> NodeAccess::disallow(std::string const& pattern) {
  return control_.disallow(pattern);
}
std::vector<std::string> NodeAccess::pins() {
  return control_.pins();
}
Result<void> NodeAccess::pin(std::string const& url) {
  return control_.pin(url);
}
Result<void> NodeAccess::unpin(std::string const& url) {
  return control_.unpin(url);
}
Result<void> NodeAccess::warm(std::vector<std::string> const& urls) {
  return control_.warm(urls);
}
Result<std::size_t> NodeAccess::purge(std::string const& url) {
  return control_.purge(url);
}
Result<std::size_t> NodeAccess::purge_prefix(std::string const& prefix) {
  return control_.purge_prefix(prefix);
}
Result<std::size_t> NodeAccess::purge_content(ContentId const& content) {
  return control_.purge_content(content);
}

}  // namespace freshet::daemon
