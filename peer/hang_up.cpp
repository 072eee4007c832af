#include "peer/hang_up.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>

#include "peer/endpoint.h"

namespace freshet::peer {

namespace {

using NameOf = int (*)(int, sockaddr*, socklen_t*);

std::optional<Endpoint> endpoint_of(int socket, NameOf name) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (name(socket, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return std::nullopt;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (storage.ss_family == AF_INET) {
    auto const& v4 = reinterpret_cast<sockaddr_in const&>(storage);
    inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return Endpoint{text.data(), ntohs(v4.sin_port)};
  }
  if (storage.ss_family != AF_INET6) return std::nullopt;
  auto const& v6 = reinterpret_cast<sockaddr_in6 const&>(storage);
  inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
  return Endpoint{text.data(), ntohs(v6.sin6_port)};
}

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

std::vector<int> descriptors() {
  std::vector<int> all;
  std::unique_ptr<DIR, CloseFolder> const folder(opendir("/proc/self/fd"));
  if (!folder) return all;
  while (auto const* const entry = readdir(folder.get())) {
    int number = -1;
    auto const* const end = entry->d_name + std::strlen(entry->d_name);
    if (std::from_chars(entry->d_name, end, number).ptr == end) all.push_back(number);
  }
  return all;
}

}  // namespace

void hang_up(std::vector<std::string> const& remotes, std::vector<std::uint16_t> const& ports) {
  if (remotes.empty()) return;
  for (int const socket : descriptors()) {
    auto const local = endpoint_of(socket, &getsockname);
    if (!local || std::ranges::find(ports, local->port) == ports.end()) continue;
    auto const remote = endpoint_of(socket, &getpeername);
    if (!remote || std::ranges::find(remotes, to_string(*remote)) == remotes.end()) continue;
    shutdown(socket, SHUT_RDWR);
  }
}

}  // namespace freshet::peer
