// Sockets that callers come in by. Any thread; waits for the disk.
#pragma once

#include <cstdint>
#include <string>

#include "api/descriptor.h"
#include "freshet/error.h"

namespace freshet::local {

// A Unix socket of our own at a path. What a daemon left that is dead is replaced.
class UnixWayIn {
 public:
  // `mode` as for chmod. already_running when a daemon that lives has it, path_invalid when
  // something else is there, permission_denied when others could put theirs in its place.
  [[nodiscard]] static Result<UnixWayIn> open(std::string const& path, unsigned mode);
  UnixWayIn(UnixWayIn&&) noexcept = default;
  UnixWayIn& operator=(UnixWayIn&&) noexcept = default;
  ~UnixWayIn();  // Takes the socket away from its path, if it is still ours.

  [[nodiscard]] Descriptor take_socket() { return std::move(socket_); }

 private:
  UnixWayIn() = default;

  std::string path_;
  Descriptor lock_;  // Held as long as the path is ours.
  Descriptor socket_;
  std::uint64_t inode_ = 0;
};

// "127.0.0.1:0", "[::1]:8080"; invalid_argument unless it is loopback, port_unavailable.
[[nodiscard]] Result<Descriptor> listen_tcp(std::string const& address);
[[nodiscard]] std::uint16_t port_of(Descriptor const& socket);
// How browsers name a socket on loopback: "127.0.0.1:8080", "[::1]:8080".
[[nodiscard]] std::string host_of(Descriptor const& socket);

}  // namespace freshet::local
