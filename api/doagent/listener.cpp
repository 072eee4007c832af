#include "api/doagent/listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <future>

#include "api/doagent/connection.h"
#include "api/local/ways_in.h"
#include "engine/base/assert.h"

namespace freshet::doagent {

namespace {

constexpr int kAcceptsPerTurn = 32;
constexpr Duration kAcceptPause = std::chrono::milliseconds{100};
constexpr std::uint16_t kDeadPortFirst = 50000;
constexpr std::uint16_t kDeadPortLast = 50004;
constexpr int kPortTries = 64;
constexpr local::CallPool::Limits kPoolLimits{.running_max = 16,
                                              .running_per_user_max = 12,
                                              .waiting_max = 4096,
                                              .waiting_per_user_max = 2048};

bool taken_for_dead(std::uint16_t port) {
  return port >= kDeadPortFirst && port <= kDeadPortLast;
}

}  // namespace

Result<local::Descriptor> listen_on(std::uint16_t port) {
  if (port != 0 && !taken_for_dead(port)) {
    if (auto same = local::listen_tcp("127.0.0.1:" + std::to_string(port))) return same;
  }
  // Held meanwhile, so that each try brings another port.
  std::vector<local::Descriptor> refused;
  while (refused.size() < kPortTries) {
    auto socket = local::listen_tcp("127.0.0.1:0");
    if (!socket || !taken_for_dead(local::port_of(*socket))) return socket;
    refused.push_back(std::move(*socket));
  }
  return fail(Errc::port_unavailable, "127.0.0.1", "no port is free");
}

Listener::Listener(local::Reactor& reactor, Calls& calls, std::function<bool()> validate_address)
    : reactor_(reactor),
      calls_(calls),
      validate_address_(std::move(validate_address)),
      pool_(kPoolLimits),
      quota_(kConnectionsMax, kConnectionsPerUserMax),
      pause_(reactor) {}

Listener::~Listener() {
  FRESHET_ASSERT(stopped_);
}

void Listener::start(local::Descriptor socket) {
  // Shared only because tasks have to be copyable.
  auto const shared = std::make_shared<local::Descriptor>(std::move(socket));
  reactor_.post([this, shared] {
    socket_ = std::make_unique<local::Watched>(reactor_, std::move(*shared));
    accept_some();
  });
}

void Listener::accept_some() {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    local::Descriptor socket(
        ::accept4(socket_->get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket) {
      take(std::move(socket));
      continue;
    }
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) break;
    // Nothing to be had now: the queue of the kernel holds them meanwhile.
    return pause_.after(kAcceptPause, [this] { accept_some(); });
  }
  socket_->when_readable([this] { accept_some(); });
}

void Listener::take(local::Descriptor socket) {
  auto const peer = loopback::peer_of(socket.get());
  if (!peer) return;  // It has gone away, and nobody reads what we would say.
  local::Quota::Share share(quota_, peer->uid);
  if (!share.hold(1)) return;
  int const on = 1;
  static_cast<void>(::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
  auto const id = ++last_;
  auto const connection = std::make_shared<Connection>(*this, Connection::Identity{id, *peer},
                                                       std::move(socket), std::move(share));
  connections_.emplace(id, connection);
  connection->start();
}

void Listener::forget(std::uint64_t connection) {
  // A later turn: it is still on the stack here.
  reactor_.post([this, connection] { connections_.erase(connection); });
}

void Listener::run_and_wait(std::function<void()> const& task) {
  auto const done = std::make_shared<std::promise<void>>();
  reactor_.post([&task, done] {
    task();
    done->set_value();
  });
  done->get_future().wait();
}

void Listener::stop() {
  run_and_wait([this] {
    socket_.reset();
    pause_.cancel();
  });
  pool_.stop();         // What runs is answered,
  run_and_wait([] {});  // and its answers are with the kernel then.
  run_and_wait([this] { connections_.clear(); });
  stopped_ = true;
}

}  // namespace freshet::doagent
