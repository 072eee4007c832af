#include "api/remote/socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace freshet::remote {

namespace {

constexpr std::size_t kDescriptorsMax = 64;  // In one request.

tl::unexpected<Error> lost(char const* what) {
  return fail(Errc::connection_lost, "daemon", std::string(what) + ": " + std::strerror(errno));
}

Result<void> wait_for(int fd, short events, Deadline deadline) {
  while (true) {
    auto const left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    constexpr std::chrono::milliseconds kTurnMax = std::chrono::hours{1};
    auto const turn = std::clamp(left, std::chrono::milliseconds{0}, kTurnMax);
    pollfd waiting{fd, events, 0};
    int const ready = ::poll(&waiting, 1, static_cast<int>(turn.count()));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return lost("poll");
    if (ready == 0 && left <= turn) {
      return fail(Errc::timed_out, "daemon", "does not answer in time");
    }
  }
}

ssize_t send_some(int fd, std::string_view bytes, std::span<int const> descriptors) {
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kDescriptorsMax * sizeof(int))> control{};
  if (!descriptors.empty()) {
    auto const size = descriptors.size_bytes();
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(size);
    auto* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(size);
    std::memcpy(CMSG_DATA(header), descriptors.data(), size);
  }
  return ::sendmsg(fd, &message, MSG_NOSIGNAL);
}

}  // namespace

Socket::~Socket() {
  if (fd_ >= 0) ::close(fd_);
}

Result<Socket> Socket::connect(std::string const& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return fail(Errc::invalid_argument, "socket " + path, "is no path of a socket");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  Socket socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  auto const* const generic = reinterpret_cast<sockaddr const*>(&address);
  if (!socket || ::connect(socket.fd_, generic, sizeof address) != 0) {
    return fail(Errc::daemon_unavailable, "socket " + path, std::strerror(errno));
  }
  return socket;
}

Result<void> Socket::send(std::string_view bytes, std::span<int const> descriptors,
                          Deadline deadline) {
  if (descriptors.size() > kDescriptorsMax) {
    return fail(Errc::limit_reached, "daemon", "too many files in one request");
  }
  while (!bytes.empty()) {
    auto const sent = send_some(fd_, bytes, descriptors);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      if (auto const ready = wait_for(fd_, POLLOUT, deadline); !ready) return ready;
      continue;
    }
    if (sent < 0) return lost("send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
    descriptors = {};
  }
  return {};
}

Result<std::size_t> Socket::receive(std::span<char> into, Deadline deadline) {
  while (true) {
    auto const got = ::recv(fd_, into.data(), into.size(), 0);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return lost("receive");
    if (auto const ready = wait_for(fd_, POLLIN, deadline); !ready) {
      return tl::unexpected(ready.error());
    }
  }
}

bool Socket::silent() const {
  pollfd waiting{fd_, POLLIN, 0};
  return ::poll(&waiting, 1, 0) == 0;
}

std::optional<std::uint32_t> Socket::peer_uid() const {
  ucred who{};
  socklen_t length = sizeof who;
  if (::getsockopt(fd_, SOL_SOCKET, SO_PEERCRED, &who, &length) != 0) return std::nullopt;
  return who.uid;
}

}  // namespace freshet::remote
