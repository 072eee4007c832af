#include "api/node/http/status_fields.h"

#include "api/node/http/structured.h"

namespace freshet::node {

namespace {

void add_member(Fields& fields, std::string_view name, std::string const& member) {
  auto list = fields.joined(name).value_or("");
  fields.set(name, list.empty() ? member : list.append(", ").append(member));
}

}  // namespace

std::string_view name(Forward forward) {
  switch (forward) {
    case Forward::none:
      return "none";
    case Forward::bypass:
      return "bypass";
    case Forward::method:
      return "method";
    case Forward::uri_miss:
      return "uri-miss";
    case Forward::vary_miss:
      return "vary-miss";
    case Forward::miss:
      return "miss";
    case Forward::request:
      return "request";
    case Forward::stale:
      return "stale";
    case Forward::partial:
      return "partial";
  }
  return "miss";
}

std::string to_text(std::string_view node, CacheStatus const& status) {
  auto out = to_item(node);
  if (status.forward == Forward::none) {
    out += "; hit";
  } else {
    out.append("; fwd=").append(name(status.forward));
    if (status.forward_status) out += "; fwd-status=" + std::to_string(*status.forward_status);
    if (status.stored) out += "; stored";
    if (status.collapsed) out += "; collapsed";
  }
  if (status.time_to_live) out += "; ttl=" + std::to_string(status.time_to_live->count());
  if (!status.detail.empty()) out.append("; detail=").append(to_item(status.detail));
  return out;
}

void add_cache_status(Fields& fields, std::string_view node, CacheStatus const& status) {
  add_member(fields, "Cache-Status", to_text(node, status));
}

std::string to_text(std::string_view node, ProxyStatus const& status) {
  auto out = to_item(node);
  if (!status.error.empty()) out.append("; error=").append(status.error);
  if (status.received_status) out += "; received-status=" + std::to_string(*status.received_status);
  if (!status.next_hop.empty()) out.append("; next-hop=").append(to_item(status.next_hop));
  if (!status.detail.empty()) out.append("; details=").append(to_sf_string(status.detail));
  return out;
}

void add_proxy_status(Fields& fields, std::string_view node, ProxyStatus const& status) {
  add_member(fields, "Proxy-Status", to_text(node, status));
}

}  // namespace freshet::node
