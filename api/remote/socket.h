// A connection to the daemon's Unix socket.
//
// Owned by one thread at a time. Every wait has a deadline.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "freshet/error.h"

namespace freshet::remote {

using Deadline = std::chrono::steady_clock::time_point;

class Socket {
 public:
  Socket() = default;
  ~Socket();
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  // Does not wait. daemon_unavailable: nobody is there now; invalid_argument: no socket's path.
  [[nodiscard]] static Result<Socket> connect(std::string const& path);

  // `descriptors` go with the first byte. connection_lost, timed_out.
  [[nodiscard]] Result<void> send(std::string_view bytes, std::span<int const> descriptors,
                                  Deadline deadline);
  // How much came; 0: the other end has closed. connection_lost, timed_out.
  [[nodiscard]] Result<std::size_t> receive(std::span<char> into, Deadline deadline);

  [[nodiscard]] int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  // Nothing came, not even the end.
  [[nodiscard]] bool silent() const;
  // Who listens there, as the kernel says.
  [[nodiscard]] std::optional<std::uint32_t> peer_uid() const;

 private:
  explicit Socket(int fd) : fd_(fd) {}

  int fd_ = -1;
};

}  // namespace freshet::remote
