#include "api/node/route/address.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace freshet::node {

namespace {

// IANA's registries of special-purpose addresses, IPv4 (RFC 6890 and after).
constexpr std::array<std::string_view, 15> kNotPublicV4{
    "0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4"};
// Of IPv6 only 2000::/3 is the Internet; these parts of it are not.
constexpr std::array<std::string_view, 3> kNotPublicV6{"2001::/23", "2001:db8::/32", "3fff::/20"};

std::vector<IpNetwork> networks(std::span<std::string_view const> texts) {
  std::vector<IpNetwork> all;
  for (auto const text : texts) all.push_back(*parse_network(text));
  return all;
}

bool inside(std::span<IpNetwork const> networks, IpAddress const& address) {
  return std::ranges::any_of(networks, [&](auto const& each) { return each.contains(address); });
}

bool is_public_v6(IpAddress const& address) {
  static auto const special = networks(kNotPublicV6);
  static auto const global = *parse_network("2000::/3");
  return global.contains(address) && !inside(special, address);
}

}  // namespace

bool is_public(IpAddress const& dressed) {
  static auto const special = networks(kNotPublicV4);
  auto const address = undressed(dressed);
  return address.is_v4() ? !inside(special, address) : is_public_v6(address);
}

bool may_dial(IpAddress const& address, std::span<IpNetwork const> also) {
  return is_public(address) || inside(also, address);
}

}  // namespace freshet::node
