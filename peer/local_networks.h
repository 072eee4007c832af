// Which addresses are on this link: by the prefixes of our own interfaces, never by what a peer
// says.
//
// A value; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ports/swarm.h"

namespace freshet::peer {

// IPv4 addresses are kept mapped into IPv6 (::ffff:a.b.c.d).
using AddressBytes = std::array<std::uint8_t, 16>;

[[nodiscard]] std::optional<AddressBytes> parse_address(std::string_view text);

struct Subnet {
  AddressBytes address{};
  unsigned prefix = 0;  // Bits, of 128.

  [[nodiscard]] bool contains(AddressBytes const& other) const;
  [[nodiscard]] AddressBytes first() const;
  [[nodiscard]] AddressBytes last() const;
  [[nodiscard]] bool is_v4() const;
  auto operator<=>(Subnet const&) const = default;
};

// "192.0.2.0/24", "2001:db8::/32"; without a slash one address.
[[nodiscard]] std::optional<Subnet> parse_subnet(std::string_view text);

[[nodiscard]] std::string to_string(Subnet const& subnet);

class LocalNetworks {
 public:
  explicit LocalNetworks(std::vector<Subnet> networks) : networks_(std::move(networks)) {}
  // Of the interfaces that are up; point-to-point links (tunnels, VPN) do not count.
  [[nodiscard]] static LocalNetworks of_interfaces();

  // Loopback is local; link-local addresses are a class of their own; all else is the Internet.
  [[nodiscard]] PeerClass classify(AddressBytes const& address) const;
  [[nodiscard]] std::vector<Subnet> const& all() const { return networks_; }
  bool operator==(LocalNetworks const&) const = default;

 private:
  std::vector<Subnet> networks_;
};

}  // namespace freshet::peer
