#include "api/node/route/node_settings.h"

#include "api/node/http/text.h"

namespace freshet::node {

std::optional<ListenAt> parse_listen(std::string_view text) {
  auto const colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto host = text.substr(0, colon);
  bool const bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  auto const address = parse_address(host);
  auto const port = parse_number(text.substr(colon + 1));
  if (!address || bracketed == address->is_v4() || !port || *port > 65'535) return std::nullopt;
  return ListenAt{*address, static_cast<std::uint16_t>(*port)};
}

std::string to_string(ListenAt const& at) {
  auto const host = to_string(at.address);
  return (at.address.is_v4() ? host : "[" + host + "]") + ":" + std::to_string(at.port);
}

HeadLimits NodeLimits::heads() const {
  return {.head_bytes_max = head_bytes, .fields_max = fields};
}

}  // namespace freshet::node
