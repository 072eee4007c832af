#include "api/node/route/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace freshet::node {

namespace {

constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned kV4Bits = 96;

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

IpAddress v4_at(IpAddress const& address, std::size_t at) {
  return *address_of(std::span(address.bytes).subspan(at, 4));
}

bool is_public_v6(IpAddress const& address) {
  static auto const special = networks(kNotPublicV6);
  static auto const global = *parse_network("2000::/3");
  static auto const nat64 = *parse_network("64:ff9b::/96");
  static auto const six_to_four = *parse_network("2002::/16");
  if (nat64.contains(address)) return is_public(v4_at(address, 12));
  if (six_to_four.contains(address)) return is_public(v4_at(address, 2));
  return global.contains(address) && !inside(special, address);
}

}  // namespace

bool IpAddress::is_v4() const {
  return std::ranges::equal(std::span(bytes).first<12>(), kMapped);
}

std::optional<IpAddress> address_of(std::span<std::uint8_t const> bytes) {
  IpAddress address;
  if (bytes.size() == 16) {
    std::ranges::copy(bytes, address.bytes.begin());
    return address;
  }
  if (bytes.size() != 4) return std::nullopt;
  std::ranges::copy(kMapped, address.bytes.begin());
  std::ranges::copy(bytes, address.bytes.begin() + kMapped.size());
  return address;
}

std::optional<IpAddress> parse_address(std::string_view text) {
  std::array<std::uint8_t, 16> bytes{};
  std::string const whole(text);
  if (inet_pton(AF_INET, whole.c_str(), bytes.data()) == 1) {
    return address_of(std::span(bytes).first<4>());
  }
  if (inet_pton(AF_INET6, whole.c_str(), bytes.data()) == 1) return address_of(bytes);
  return std::nullopt;
}

std::string to_string(IpAddress const& address) {
  char out[INET6_ADDRSTRLEN];
  bool const v4 = address.is_v4();
  auto const* const from = address.bytes.data() + (v4 ? kMapped.size() : 0);
  auto const* const text = inet_ntop(v4 ? AF_INET : AF_INET6, from, out, sizeof out);
  return text == nullptr ? "" : text;
}

bool IpNetwork::contains(IpAddress const& other) const {
  for (unsigned bit = 0; bit < prefix; bit += 8) {
    auto const bits = std::min(8U, prefix - bit);
    auto const mask = static_cast<std::uint8_t>(0xff00U >> bits);
    auto const at = bit / 8;
    if (((address.bytes[at] ^ other.bytes[at]) & mask) != 0) return false;
  }
  return true;
}

std::optional<IpNetwork> parse_network(std::string_view text) {
  auto const slash = text.find('/');
  auto const address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  IpNetwork network{*address};
  if (slash != std::string_view::npos) {
    unsigned prefix = 0;
    auto const* const end = text.data() + text.size();
    auto const [stop, error] = std::from_chars(text.data() + slash + 1, end, prefix);
    auto const most = address->is_v4() ? 128 - kV4Bits : 128U;
    if (error != std::errc{} || stop != end || prefix > most) return std::nullopt;
    network.prefix = prefix + 128 - most;
  }
  auto const bits = network.prefix;
  for (unsigned bit = bits; bit < 128; ++bit) {
    if ((network.address.bytes[bit / 8] & (0x80U >> (bit % 8))) != 0) return std::nullopt;
  }
  return network;
}

std::string to_string(IpNetwork const& network) {
  auto const less = network.address.is_v4() ? kV4Bits : 0U;
  return to_string(network.address) + "/" + std::to_string(network.prefix - less);
}

bool is_public(IpAddress const& address) {
  static auto const special = networks(kNotPublicV4);
  return address.is_v4() ? !inside(special, address) : is_public_v6(address);
}

bool may_dial(IpAddress const& address, std::span<IpNetwork const> also) {
  return is_public(address) || inside(also, address);
}

}  // namespace freshet::node
