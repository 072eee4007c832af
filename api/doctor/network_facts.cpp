// Sockets of the network checks.
#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "api/doctor/network_checks.h"
#include "peer/endpoint.h"

namespace freshet::doctor {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint16_t kLinkPort = 6771;  // BEP 14.
constexpr char const* kLinkGroup = "239.192.152.143";
constexpr std::uint16_t kPeerPort = 7680;

class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  ~Socket() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Socket& operator=(Socket&&) = delete;
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

std::string reason(int number) {
  return std::generic_category().message(number);
}

template <typename T>
sockaddr* generic(T& address) {
  return reinterpret_cast<sockaddr*>(&address);
}

sockaddr_in link_group() {
  sockaddr_in group{};
  group.sin_family = AF_INET;
  group.sin_port = htons(kLinkPort);
  ::inet_pton(AF_INET, kLinkGroup, &group.sin_addr);
  return group;
}

std::vector<std::pair<InterfaceFacts, in_addr>> interfaces() {
  std::vector<std::pair<InterfaceFacts, in_addr>> found;
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return found;
  std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> const owner(list, &::freeifaddrs);
  std::set<std::string> seen;
  for (auto const* entry = list; entry != nullptr; entry = entry->ifa_next) {
    bool const up = entry->ifa_addr != nullptr && (entry->ifa_flags & IFF_UP) != 0;
    if (!up || entry->ifa_addr->sa_family != AF_INET) continue;
    if (!seen.insert(entry->ifa_name).second) continue;
    sockaddr_in address{};
    std::memcpy(&address, entry->ifa_addr, sizeof address);
    std::array<char, INET_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
    InterfaceFacts facts;
    facts.name = entry->ifa_name;
    facts.address = text.data();
    facts.multicast = (entry->ifa_flags & IFF_MULTICAST) != 0;
    facts.loopback = (entry->ifa_flags & IFF_LOOPBACK) != 0;
    found.emplace_back(std::move(facts), address.sin_addr);
  }
  return found;
}

// Bound to the group's address, so that nothing else is heard.
Socket open_link(in_addr interface, std::string& why) {
  Socket socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  auto group = link_group();
  ip_mreq membership{group.sin_addr, interface};
  int const on = 1;
  auto const set = [&](int level, int option, auto const& value) {
    return ::setsockopt(socket.get(), level, option, &value, sizeof value) == 0;
  };
  bool const open = socket.get() >= 0 && set(SOL_SOCKET, SO_REUSEADDR, on) &&
                    ::bind(socket.get(), generic(group), sizeof group) == 0 &&
                    set(IPPROTO_IP, IP_ADD_MEMBERSHIP, membership) &&
                    set(IPPROTO_IP, IP_MULTICAST_IF, interface) &&
                    set(IPPROTO_IP, IP_MULTICAST_LOOP, on);
  if (!open) why = reason(errno);
  return socket;
}

void listen_to_link(InterfaceFacts& facts, in_addr interface, Duration listen_for) {
  auto const socket = open_link(interface, facts.why);
  if (!facts.why.empty()) return;
  auto const words = "FRESHET-DOCTOR * HTTP/1.1\r\nHost: 239.192.152.143:6771\r\ncookie: " +
                     std::to_string(::getpid()) + facts.name + "\r\n\r\n\r\n";
  auto group = link_group();
  if (::sendto(socket.get(), words.data(), words.size(), 0, generic(group), sizeof group) < 0) {
    facts.why = reason(errno);
    return;
  }
  std::set<in_addr_t> others;
  auto const end = Clock::now() + listen_for;
  while (Clock::now() < end) {
    pollfd ready{socket.get(), POLLIN, 0};
    auto const left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    if (::poll(&ready, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 1))) <= 0) break;
    std::array<char, 1500> bytes{};
    sockaddr_in from{};
    socklen_t size = sizeof from;
    auto const got = ::recvfrom(socket.get(), bytes.data(), bytes.size(), 0, generic(from), &size);
    if (got < 0) continue;
    bool const own = std::string_view(bytes.data(), static_cast<std::size_t>(got)) == words;
    facts.heard_itself = facts.heard_itself || own;
    if (!own && from.sin_addr.s_addr != interface.s_addr && others.size() < 1000) {
      others.insert(from.sin_addr.s_addr);
    }
  }
  facts.heard_others = others.size();
}

}  // namespace

std::vector<InterfaceFacts> look_at_multicast(Duration listen_for) {
  std::vector<InterfaceFacts> all;
  for (auto& [facts, address] : interfaces()) {
    if (facts.multicast && !facts.loopback) listen_to_link(facts, address, listen_for);
    all.push_back(std::move(facts));
  }
  return all;
}

PeerFacts look_at_peer(std::string const& text, Duration timeout) {
  PeerFacts facts{text, std::nullopt, {}};
  auto endpoint = peer::parse_endpoint(text);
  if (!endpoint) endpoint = peer::parse_endpoint(text + ":" + std::to_string(kPeerPort));
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  v4.sin_family = AF_INET;
  v6.sin6_family = AF_INET6;
  bool const is_v4 = endpoint && ::inet_pton(AF_INET, endpoint->address.c_str(), &v4.sin_addr) == 1;
  bool const is_v6 =
      endpoint && ::inet_pton(AF_INET6, endpoint->address.c_str(), &v6.sin6_addr) == 1;
  if (!is_v4 && !is_v6) {
    facts.error = {Errc::invalid_argument, text, "it is no numeric address"};
    return facts;
  }
  v4.sin_port = v6.sin6_port = htons(endpoint->port);
  auto const begin = Clock::now();
  Socket const socket(
      ::socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  auto const result = is_v4 ? ::connect(socket.get(), generic(v4), sizeof v4)
                            : ::connect(socket.get(), generic(v6), sizeof v6);
  int error = result == 0 ? 0 : errno;
  if (error == EINPROGRESS) {
    pollfd ready{socket.get(), POLLOUT, 0};
    auto const ms = std::chrono::duration_cast<std::chrono::milliseconds>(timeout).count();
    socklen_t size = sizeof error;
    if (::poll(&ready, 1, static_cast<int>(ms)) <= 0) {
      error = ETIMEDOUT;
    } else {
      ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    }
  }
  facts.took = Clock::now() - begin;
  if (error != 0) {
    bool const silent = error == ETIMEDOUT;
    facts.error = {silent ? Errc::timed_out : Errc::connect_failed, text,
                   silent ? "no answer" : reason(error)};
  }
  return facts;
}

PortFacts look_at_port(Result<std::uint16_t> const& port) {
  PortFacts facts{port, {}, {}};
  if (!port) return facts;
  for (auto const& [interface, address] : interfaces()) {
    auto const endpoint = interface.address + ":" + std::to_string(*port);
    auto const tried = look_at_peer(endpoint, std::chrono::seconds{2});
    (tried.error ? facts.missed : facts.reached).push_back(endpoint);
  }
  return facts;
}

}  // namespace freshet::doctor
