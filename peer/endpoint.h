// "192.0.2.1:7680" and "[2001:db8::1]:7680" in parts.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace freshet::peer {

struct Endpoint {
  std::string address;  // Numeric, without brackets.
  std::uint16_t port = 0;
  bool operator==(Endpoint const&) const = default;
};

[[nodiscard]] std::optional<Endpoint> parse_endpoint(std::string_view text);
[[nodiscard]] std::string to_string(Endpoint const& endpoint);

}  // namespace freshet::peer
