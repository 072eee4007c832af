#include "api/node/discovery/links.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sys/socket.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <memory>

namespace freshet::node {

namespace {

constexpr std::uint32_t kGroup = 0xE00000FB;  // 224.0.0.251
constexpr unsigned kV4Bits = 96;

struct FreeLinks {
  void operator()(ifaddrs* first) const { ::freeifaddrs(first); }
};

sockaddr_in const& v4(sockaddr const* address) {
  void const* const generic = address;
  return *static_cast<sockaddr_in const*>(generic);
}

IpAddress address_in(in_addr const& address) {
  std::array<std::uint8_t, 4> bytes{};
  std::memcpy(bytes.data(), &address, bytes.size());
  return *address_of(bytes);
}

bool is_usable(ifaddrs const& each) {
  constexpr unsigned kWanted = IFF_UP | IFF_MULTICAST;
  return each.ifa_addr != nullptr && each.ifa_addr->sa_family == AF_INET &&
         each.ifa_netmask != nullptr && (each.ifa_flags & kWanted) == kWanted &&
         (each.ifa_flags & IFF_LOOPBACK) == 0;
}

}  // namespace

std::vector<Link> links() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return {};
  std::unique_ptr<ifaddrs, FreeLinks> const all(first);
  std::vector<Link> found;
  for (auto const* each = first; each != nullptr; each = each->ifa_next) {
    if (!is_usable(*each)) continue;
    auto const mask = v4(each->ifa_netmask).sin_addr;
    in_addr network = v4(each->ifa_addr).sin_addr;
    network.s_addr &= mask.s_addr;
    auto const bits = kV4Bits + static_cast<unsigned>(std::popcount(mask.s_addr));
    found.push_back({static_cast<int>(::if_nametoindex(each->ifa_name)),
                     address_in(v4(each->ifa_addr).sin_addr),
                     {address_in(network), bits}});
  }
  return found;
}

Result<local::Descriptor> multicast_socket(std::uint16_t port) {
  local::Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  int const on = 1;
  int const far = 255;
  if (socket) {
    auto const number = socket.get();
    static_cast<void>(::setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
    static_cast<void>(::setsockopt(number, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on));
    static_cast<void>(::setsockopt(number, IPPROTO_IP, IP_PKTINFO, &on, sizeof on));
    static_cast<void>(::setsockopt(number, IPPROTO_IP, IP_MULTICAST_TTL, &far, sizeof far));
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  void const* const generic = &address;
  if (!socket || ::bind(socket.get(), static_cast<sockaddr const*>(generic), sizeof address) != 0) {
    return fail(Errc::port_unavailable, "UDP port " + std::to_string(port), std::strerror(errno));
  }
  return socket;
}

void join(int socket, Link const& link) {
  ip_mreqn group{};
  group.imr_multiaddr.s_addr = htonl(kGroup);
  group.imr_ifindex = link.index;
  static_cast<void>(::setsockopt(socket, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group));
}

void send_on(int socket, Link const& link, std::string_view bytes,
             std::optional<sockaddr_in> const& to) {
  sockaddr_in target{};
  target.sin_family = AF_INET;
  target.sin_port = htons(kDnsPort);
  target.sin_addr.s_addr = htonl(kGroup);
  if (to) target = *to;
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};  // sendmsg(2) does not write to it.
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(in_pktinfo))> control{};
  msghdr message{};
  message.msg_name = &target;
  message.msg_namelen = sizeof target;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  auto* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = IPPROTO_IP;
  header->cmsg_type = IP_PKTINFO;
  header->cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
  in_pktinfo info{};
  info.ipi_ifindex = link.index;
  std::memcpy(CMSG_DATA(header), &info, sizeof info);
  static_cast<void>(::sendmsg(socket, &message, MSG_NOSIGNAL));
}

std::optional<Datagram> receive(int socket, std::span<char> space) {
  Datagram datagram;
  iovec part{space.data(), space.size()};
  alignas(cmsghdr) std::array<char, 256> control{};
  msghdr message{};
  message.msg_name = &datagram.from;
  message.msg_namelen = sizeof datagram.from;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  auto const size = ::recvmsg(socket, &message, 0);
  if (size < 0) return std::nullopt;
  datagram.bytes = {space.data(), static_cast<std::size_t>(size)};
  for (auto* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != IPPROTO_IP || header->cmsg_type != IP_PKTINFO) continue;
    in_pktinfo info{};
    std::memcpy(&info, CMSG_DATA(header), sizeof info);
    datagram.link = info.ipi_ifindex;
  }
  return datagram;
}

}  // namespace freshet::node
