#include "api/node/server/server.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>
#include <utility>

#include "api/node/server/connection.h"
#include "engine/base/assert.h"

namespace freshet::node {

namespace {

constexpr int kBacklog = 4096;

struct FreeAddresses {
  void operator()(addrinfo* first) const { ::freeaddrinfo(first); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

// "address:port", "[address]:port"; numbers alone.
Result<Addresses> addresses_of(std::string const& text) {
  auto const colon = text.rfind(':');
  if (colon == std::string::npos) return fail(Errc::invalid_argument, text, "names no port");
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  addrinfo* found = nullptr;
  auto const* const node = host.empty() ? nullptr : host.c_str();
  auto const port = text.substr(colon + 1);
  if (::getaddrinfo(node, port.c_str(), &hints, &found) != 0) {
    return fail(Errc::invalid_argument, text, "is no address and port");
  }
  return Addresses(found);
}

std::uint16_t port_of(int socket) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  void* const generic = &address;
  if (::getsockname(socket, static_cast<sockaddr*>(generic), &length) != 0) return 0;
  auto const port = address.ss_family == AF_INET ? static_cast<sockaddr_in*>(generic)->sin_port
                                                 : static_cast<sockaddr_in6*>(generic)->sin6_port;
  return ntohs(port);
}

}  // namespace

Server::Server(ServerOptions options, Service& service)
    : options_(std::move(options)),
      service_(service),
      doorkeeper_({options_.connections_max, options_.connections_per_address_max,
                   options_.bodies_bytes_max}) {}

Server::~Server() {
  stop();
}

Result<void> Server::start() {
  if (!options_.certificate.empty()) {
    auto made = make_tls_context(options_.certificate, options_.key);
    if (!made) return tl::unexpected(made.error());
    tls_ = std::move(*made);
  }
  for (auto const& where : options_.listen) {
    if (auto const listening = listen(where); !listening) return listening;
  }
  for (std::uint32_t i = 0; i < options_.workers; ++i) {
    workers_.push_back(std::make_unique<Worker>(
        Worker::Surroundings{options_, service_, doorkeeper_, listeners_}));
  }
  for (auto const& worker : workers_) worker->start();
  return {};
}

Result<void> Server::listen(ListenAddress const& where) {
  if (where.secure && !tls_) {
    return fail(Errc::invalid_argument, where.address, "asks for TLS, and no certificate is given");
  }
  auto const addresses = addresses_of(where.address);
  if (!addresses) return tl::unexpected(addresses.error());
  auto const& first = **addresses;
  local::Descriptor socket(
      ::socket(first.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  int const on = 1;
  if (socket)
    static_cast<void>(::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
  if (!socket || ::bind(socket.get(), first.ai_addr, first.ai_addrlen) != 0 ||
      ::listen(socket.get(), kBacklog) != 0) {
    return fail(Errc::port_unavailable, where.address, std::strerror(errno));
  }
  listeners_.push_back({socket.get(), where.secure ? tls_.get() : nullptr, port_of(socket.get())});
  sockets_.push_back(std::move(socket));
  return {};
}

std::vector<std::uint16_t> Server::ports() const {
  std::vector<std::uint16_t> ports;
  for (auto const& listener : listeners_) ports.push_back(listener.port);
  return ports;
}

void Server::stop() {
  for (auto const& worker : workers_) worker->stop();
  sockets_.clear();
}

}  // namespace freshet::node
