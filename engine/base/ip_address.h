// Addresses and networks of IP, as text and as bytes.
//
// Pure; any thread. Hostile text.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace freshet {

// IPv6, or IPv4 as ::ffff:a.b.c.d.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(IpAddress const&) const = default;

  [[nodiscard]] bool is_v4() const;
};
// "192.0.2.1" or "2001:db8::1"; other spellings are nothing.
[[nodiscard]] std::optional<IpAddress> parse_address(std::string_view text);
// From in_addr (4 bytes) or in6_addr (16 bytes), in the order of the network.
[[nodiscard]] std::optional<IpAddress> address_of(std::span<std::uint8_t const> bytes);
[[nodiscard]] std::string to_string(IpAddress const& address);

struct IpNetwork {
  IpAddress address;
  unsigned prefix = 128;  // Of the sixteen bytes: 96 more than written for IPv4.
  auto operator<=>(IpNetwork const&) const = default;

  [[nodiscard]] bool contains(IpAddress const& other) const;
};
// "192.0.2.0/24", "2001:db8::/32", or an address alone. Bits behind the prefix are zero.
[[nodiscard]] std::optional<IpNetwork> parse_network(std::string_view text);
[[nodiscard]] std::string to_string(IpNetwork const& network);

// What it stands for: IPv4 that is dressed as 6to4 or NAT64, else itself.
[[nodiscard]] IpAddress undressed(IpAddress const& address);

}  // namespace freshet
