#include "api/daemon/system_manager.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace freshet::daemon {

namespace {

constexpr int kFirstSocket = 3;
constexpr int kSocketsMax = 16;

std::string take(char const* name) {
  auto const* const value = std::getenv(name);
  std::string text = value == nullptr ? "" : value;
  static_cast<void>(::unsetenv(name));
  return text;
}

template <typename Number>
Number number_in(std::string const& text) {
  Number number = 0;
  auto const end = text.data() + text.size();
  auto const parsed = std::from_chars(text.data(), end, number);
  return parsed.ec == std::errc() && parsed.ptr == end ? number : 0;
}

bool is_loopback(sockaddr_storage const& address) {
  if (address.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return (ntohl(v4.sin_addr.s_addr) >> 24) == 127;
  }
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address, sizeof v6);
  return address.ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

}  // namespace

SystemManager SystemManager::from_environment() {
  SystemManager manager;
  manager.notify_ = take("NOTIFY_SOCKET");
  auto const watchdog_pid = take("WATCHDOG_PID");
  auto const watchdog = take("WATCHDOG_USEC");
  auto const pid = ::getpid();
  if (watchdog_pid.empty() || number_in<pid_t>(watchdog_pid) == pid) {
    manager.watchdog_ = std::chrono::microseconds{number_in<std::uint32_t>(watchdog)};
  }
  bool const for_us = number_in<pid_t>(take("LISTEN_PID")) == pid;
  auto const sockets = number_in<int>(take("LISTEN_FDS"));
  static_cast<void>(take("LISTEN_FDNAMES"));
  if (for_us && sockets > 0 && sockets <= kSocketsMax) manager.sockets_ = sockets;
  return manager;
}

void SystemManager::tell(std::string const& lines) const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (notify_.empty() || notify_.size() >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, notify_.data(), notify_.size());
  if (notify_.front() == '@') address.sun_path[0] = '\0';  // The abstract namespace.
  auto const length = offsetof(sockaddr_un, sun_path) + notify_.size();
  local::Descriptor const socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  void const* const generic = &address;
  static_cast<void>(::sendto(socket.get(), lines.data(), lines.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                             static_cast<sockaddr const*>(generic),
                             static_cast<socklen_t>(length)));
}

void SystemManager::tell_reloading() const {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  tell("RELOADING=1\nMONOTONIC_USEC=" +
       std::to_string(now.tv_sec * 1'000'000 + now.tv_nsec / 1000));
}

Result<std::vector<SystemManager::Socket>> SystemManager::take_sockets() {
  std::vector<Socket> sockets;
  int const count = std::exchange(sockets_, 0);
  for (int number = kFirstSocket; number < kFirstSocket + count; ++number) {
    sockets.push_back({local::Descriptor(number), false});
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    int listens = 0;
    socklen_t listens_length = sizeof listens;
    void* const generic = &address;
    bool const told =
        ::fcntl(number, F_SETFD, FD_CLOEXEC) == 0 && ::fcntl(number, F_SETFL, O_NONBLOCK) == 0 &&
        ::getsockopt(number, SOL_SOCKET, SO_ACCEPTCONN, &listens, &listens_length) == 0 &&
        ::getsockname(number, static_cast<sockaddr*>(generic), &length) == 0;
    sockets.back().unix_socket = told && address.ss_family == AF_UNIX;
    if (told && listens == 1 && (sockets.back().unix_socket || is_loopback(address))) continue;
    return fail(Errc::invalid_argument, "LISTEN_FDS " + std::to_string(number),
                "is no listening Unix socket, nor TCP on loopback");
  }
  return sockets;
}

}  // namespace freshet::daemon
