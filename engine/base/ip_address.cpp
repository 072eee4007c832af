#include "engine/base/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace freshet {

namespace {

constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned kV4Bits = 96;

IpAddress v4_at(IpAddress const& address, std::size_t at) {
  return *address_of(std::span(address.bytes).subspan(at, 4));
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

IpAddress undressed(IpAddress const& address) {
  static auto const nat64 = *parse_network("64:ff9b::/96");
  static auto const six_to_four = *parse_network("2002::/16");
  if (nat64.contains(address)) return v4_at(address, 12);
  return six_to_four.contains(address) ? v4_at(address, 2) : address;
}

}  // namespace freshet
