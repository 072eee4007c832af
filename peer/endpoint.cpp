#include "peer/endpoint.h"

#include <charconv>

#include "peer/local_networks.h"

namespace freshet::peer {

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  auto const colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto address = text.substr(0, colon);
  bool const bracketed = address.starts_with('[') && address.ends_with(']');
  if (bracketed) address = address.substr(1, address.size() - 2);
  bool const v6 = address.find(':') != std::string_view::npos;
  if (v6 != bracketed || !parse_address(address)) return std::nullopt;

  auto const port_text = text.substr(colon + 1);
  std::uint16_t port = 0;
  auto const* const end = port_text.data() + port_text.size();
  auto const parsed = std::from_chars(port_text.data(), end, port);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
  return Endpoint{std::string(address), port};
}

std::string to_string(Endpoint const& endpoint) {
  bool const v6 = endpoint.address.find(':') != std::string::npos;
  auto const address = v6 ? "[" + endpoint.address + "]" : endpoint.address;
  return address + ":" + std::to_string(endpoint.port);
}

}  // namespace freshet::peer
