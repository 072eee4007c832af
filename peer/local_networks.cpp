#include "peer/local_networks.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <memory>

namespace freshet::peer {

namespace {

constexpr AddressBytes kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};
constexpr unsigned kMappedBits = 96;

AddressBytes mapped(in_addr const& address) {
  auto result = kMapped;
  std::memcpy(result.data() + 12, &address, 4);
  return result;
}

AddressBytes plain(in6_addr const& address) {
  AddressBytes result{};
  std::memcpy(result.data(), &address, 16);
  return result;
}

std::uint8_t mask_of(unsigned prefix, std::size_t byte) {
  auto const bits = std::clamp<int>(static_cast<int>(prefix) - static_cast<int>(byte) * 8, 0, 8);
  return static_cast<std::uint8_t>(0xff00U >> bits);
}

unsigned bits_set(AddressBytes const& bytes, std::size_t from) {
  unsigned result = 0;
  for (auto i = from; i < bytes.size(); ++i)
    result += static_cast<unsigned>(std::popcount(bytes[i]));
  return result;
}

std::optional<Subnet> subnet_of(ifaddrs const& entry) {
  if (entry.ifa_addr == nullptr || entry.ifa_netmask == nullptr) return std::nullopt;
  if ((entry.ifa_flags & IFF_UP) == 0 || (entry.ifa_flags & IFF_POINTOPOINT) != 0) {
    return std::nullopt;
  }
  if (entry.ifa_addr->sa_family == AF_INET) {
    sockaddr_in address{};
    sockaddr_in mask{};
    std::memcpy(&address, entry.ifa_addr, sizeof address);
    std::memcpy(&mask, entry.ifa_netmask, sizeof mask);
    return Subnet{mapped(address.sin_addr), kMappedBits + bits_set(mapped(mask.sin_addr), 12)};
  }
  if (entry.ifa_addr->sa_family == AF_INET6) {
    sockaddr_in6 address{};
    sockaddr_in6 mask{};
    std::memcpy(&address, entry.ifa_addr, sizeof address);
    std::memcpy(&mask, entry.ifa_netmask, sizeof mask);
    return Subnet{plain(address.sin6_addr), bits_set(plain(mask.sin6_addr), 0)};
  }
  return std::nullopt;
}

bool in(std::string_view network, AddressBytes const& address) {
  auto const parsed = parse_subnet(network);
  return parsed && parsed->contains(address);
}

}  // namespace

std::optional<AddressBytes> parse_address(std::string_view text) {
  // Behind the mark stands the interface of a link-local address.
  std::string const zero_ended(text.substr(0, text.find('%')));
  in_addr v4{};
  if (inet_pton(AF_INET, zero_ended.c_str(), &v4) == 1) return mapped(v4);
  in6_addr v6{};
  if (inet_pton(AF_INET6, zero_ended.c_str(), &v6) == 1) return plain(v6);
  return std::nullopt;
}

bool Subnet::contains(AddressBytes const& other) const {
  for (std::size_t i = 0; i < address.size(); ++i) {
    if (((address[i] ^ other[i]) & mask_of(prefix, i)) != 0) return false;
  }
  return true;
}

AddressBytes Subnet::first() const {
  auto result = address;
  for (std::size_t i = 0; i < result.size(); ++i) result[i] &= mask_of(prefix, i);
  return result;
}

AddressBytes Subnet::last() const {
  auto result = address;
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] =
        static_cast<std::uint8_t>(result[i] | static_cast<std::uint8_t>(~mask_of(prefix, i)));
  }
  return result;
}

bool Subnet::is_v4() const {
  return prefix >= kMappedBits &&
         std::equal(kMapped.begin(), kMapped.begin() + 12, address.begin());
}

std::optional<Subnet> parse_subnet(std::string_view text) {
  auto const slash = text.find('/');
  auto const address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  bool const v4 = Subnet{*address, 128}.is_v4();
  unsigned const bits_max = v4 ? 32 : 128;
  unsigned bits = bits_max;
  if (slash != std::string_view::npos) {
    auto const* const begin = text.data() + slash + 1;
    auto const* const end = text.data() + text.size();
    auto const parsed = std::from_chars(begin, end, bits);
    if (parsed.ec != std::errc{} || parsed.ptr != end || bits > bits_max) return std::nullopt;
  }
  return Subnet{*address, v4 ? kMappedBits + bits : bits};
}

std::string to_string(Subnet const& subnet) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  bool const v4 = subnet.is_v4();
  auto const* const bytes = subnet.address.data() + (v4 ? 12 : 0);
  inet_ntop(v4 ? AF_INET : AF_INET6, bytes, text.data(), text.size());
  return std::string(text.data()) + "/" + std::to_string(subnet.prefix - (v4 ? kMappedBits : 0));
}

LocalNetworks LocalNetworks::of_interfaces() {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return LocalNetworks({});
  std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> const owner(list, &freeifaddrs);
  std::vector<Subnet> networks;
  for (auto const* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (auto const network = subnet_of(*entry))
      networks.push_back({network->first(), network->prefix});
  }
  std::ranges::sort(networks);
  networks.erase(std::unique(networks.begin(), networks.end()), networks.end());
  return LocalNetworks(std::move(networks));
}

PeerClass LocalNetworks::classify(AddressBytes const& address) const {
  if (in("169.254.0.0/16", address) || in("fe80::/10", address)) return PeerClass::link_local;
  if (in("127.0.0.0/8", address) || in("::1", address)) return PeerClass::lan;
  auto const holds = [&](Subnet const& network) { return network.contains(address); };
  return std::ranges::any_of(networks_, holds) ? PeerClass::lan : PeerClass::internet;
}

}  // namespace freshet::peer
