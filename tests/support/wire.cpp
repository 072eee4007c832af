#include "tests/support/wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "engine/base/assert.h"

namespace freshet::test {

namespace {

sockaddr* generic(auto& address) {
  return reinterpret_cast<sockaddr*>(&address);
}

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

Address loopback(std::string const& text, std::uint16_t port) {
  Address address;
  if (text.find(':') != std::string::npos) {
    auto* const v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    FRESHET_ASSERT(inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1);
    address.size = sizeof *v6;
    return address;
  }
  auto* const v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  v4->sin_family = AF_INET;
  v4->sin_port = htons(port);
  FRESHET_ASSERT(inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1);
  address.size = sizeof *v4;
  return address;
}

int choose_http2(SSL*, unsigned char const** chosen, unsigned char* chosen_size,
                 unsigned char const* offered, unsigned size, void*) {
  static constexpr std::array<unsigned char, 3> http2{2, 'h', '2'};
  unsigned char* match = nullptr;
  if (SSL_select_next_proto(&match, chosen_size, http2.data(), http2.size(), offered, size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = match;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

struct Wire::Tls {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  SSL* session = nullptr;

  Tls() = default;
  Tls(Tls const&) = delete;
  Tls& operator=(Tls const&) = delete;
  ~Tls() {
    SSL_free(session);
    SSL_CTX_free(context);
  }
};

Wire::Wire(int socket) : socket_(socket) {
  int const on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Wire::~Wire() {
  tls_.reset();
  close(socket_);
}

bool Wire::secure(std::string const& certificate, std::string const& key, bool http2_only) {
  // OpenSSL writes with write(2); a peer that has gone must not end the test program.
  std::signal(SIGPIPE, SIG_IGN);
  tls_ = std::make_unique<Tls>();
  auto* const context = tls_->context;
  FRESHET_ASSERT(SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) == 1);
  FRESHET_ASSERT(SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) == 1);
  if (http2_only) SSL_CTX_set_alpn_select_cb(context, &choose_http2, nullptr);
  tls_->session = SSL_new(context);
  SSL_set_fd(tls_->session, socket_);
  return SSL_accept(tls_->session) == 1;
}

bool Wire::write(std::string_view bytes) {
  while (!bytes.empty()) {
    auto const sent = tls_ ? SSL_write(tls_->session, bytes.data(), static_cast<int>(bytes.size()))
                           : send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && !tls_ && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Wire::read(std::string& into) {
  std::array<char, 16384> buffer;
  auto const got = tls_ ? SSL_read(tls_->session, buffer.data(), buffer.size())
                        : recv(socket_, buffer.data(), buffer.size(), 0);
  if (got <= 0) return false;
  into.append(buffer.data(), static_cast<std::size_t>(got));
  return true;
}

void Wire::relay(Wire& other) {
  std::array<pollfd, 2> ends{pollfd{socket_, POLLIN, 0}, pollfd{other.socket_, POLLIN, 0}};
  std::string bytes;
  while (poll(ends.data(), ends.size(), -1) > 0) {
    for (std::size_t i = 0; i < 2; ++i) {
      if (ends[i].revents == 0) continue;
      bytes.clear();
      auto& from = i == 0 ? *this : other;
      auto& to = i == 0 ? other : *this;
      if (!from.read(bytes) || !to.write(bytes)) return;
    }
  }
}

void Wire::shut() {
  shutdown(socket_, SHUT_RDWR);
}

void Wire::reset_on_close() {
  linger const abort{1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
}

std::unique_ptr<Wire> connect_loopback(std::uint16_t port) {
  auto address = loopback("127.0.0.1", port);
  auto wire = std::make_unique<Wire>(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (connect(wire->socket(), generic(address.storage), address.size) != 0) return nullptr;
  return wire;
}

int listen_on(std::string const& text, std::uint16_t& port) {
  auto address = loopback(text, 0);
  int const listener = socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(listener, generic(address.storage), address.size) != 0 || listen(listener, 256) != 0 ||
      getsockname(listener, generic(address.storage), &address.size) != 0) {
    close(listener);
    return -1;
  }
  // The port stands at the same place in both families.
  port = ntohs(reinterpret_cast<sockaddr_in const*>(&address.storage)->sin_port);
  return listener;
}

}  // namespace freshet::test
