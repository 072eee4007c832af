// One TCP connection of a test server or proxy, plain or TLS: whole writes, reads of what is there.
//
// One thread reads and writes; `shut` may be called from any other to make both fail.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace freshet::test {

class Wire {
 public:
  explicit Wire(int socket);
  ~Wire();
  Wire(Wire const&) = delete;
  Wire& operator=(Wire const&) = delete;

  // The server's side of a TLS handshake. False when it failed.
  [[nodiscard]] bool secure(std::string const& certificate, std::string const& key,
                            bool http2_only);

  [[nodiscard]] bool write(std::string_view bytes);
  // Appends what is there, waiting for at least one byte. False at the end or on an error.
  [[nodiscard]] bool read(std::string& into);
  // Copies between both until one of them ends.
  void relay(Wire& other);

  void shut();
  void reset_on_close();
  [[nodiscard]] int socket() const { return socket_; }

 private:
  struct Tls;
  int socket_;
  std::unique_ptr<Tls> tls_;
};

// A connection to loopback; null when refused.
[[nodiscard]] std::unique_ptr<Wire> connect_loopback(std::uint16_t port);

// A listening socket on a port that the kernel chose, or -1.
[[nodiscard]] int listen_on(std::string const& address, std::uint16_t& port);

}  // namespace freshet::test
