#include "api/local/server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <future>

#include "api/local/answers.h"
#include "api/local/connection.h"
#include "engine/base/assert.h"

namespace freshet::local {

namespace {

constexpr int kAcceptsPerTurn = 32;
constexpr std::size_t kReadBytes = 64 * 1024;
constexpr Duration kAcceptPause = std::chrono::milliseconds{100};

CallPool::Limits quick_limits(ServerLimits const& limits) {
  return {limits.quick_calls_max, limits.quick_calls_per_user_max, limits.calls_waiting_max,
          limits.calls_waiting_per_user_max};
}

CallPool::Limits slow_limits(ServerLimits const& limits) {
  return {limits.slow_calls_max, limits.slow_calls_per_user_max, limits.calls_waiting_max,
          limits.calls_waiting_per_user_max};
}

std::optional<Caller> caller_at(int socket) {
  ucred who{};
  socklen_t length = sizeof who;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &who, &length) != 0) return std::nullopt;
  return Caller{who.uid, who.uid == 0};
}

// Best effort, without waiting: it is told why, if it listens.
void turn_away(Descriptor const& socket) {
  auto const answer = too_much("connections");
  auto const text = head_of(answer, false) + answer.body;
  static_cast<void>(::send(socket.get(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
}

}  // namespace

Server::Server(ServerLimits const& limits, Reactor& reactor, Service& service,
               Gatekeeper gatekeeper, Caller owner)
    : limits_(limits),
      reactor_(reactor),
      service_(service),
      gatekeeper_(std::move(gatekeeper)),
      owner_(owner),
      quick_(quick_limits(limits)),
      slow_(slow_limits(limits)),
      connections_quota_(limits.connections_max, limits.connections_per_user_max),
      large_bytes_(limits.large_bytes_max, limits.large_bytes_per_user_max),
      descriptors_(limits.descriptors_max, limits.descriptors_per_user_max),
      streams_(limits.connections_max, limits.streams_per_user_max),
      scratch_(kReadBytes) {}

Server::~Server() {
  FRESHET_ASSERT(stopped_);
}

void Server::listen(Descriptor socket, bool unix_socket) {
  // Shared only because tasks have to be copyable.
  auto const shared = std::make_shared<Descriptor>(std::move(socket));
  reactor_.post([this, shared, unix_socket] {
    auto& listener = *listeners_.emplace_back(
        std::make_unique<Listener>(reactor_, std::move(*shared), unix_socket));
    accept_some(listener);
  });
}

void Server::accept_some(Listener& listener) {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    Descriptor socket(
        ::accept4(listener.socket.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket) {
      take(std::move(socket), listener.unix_socket);
      continue;
    }
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) break;
    // Nothing to be had now: the queue of the kernel holds them meanwhile.
    return listener.pause.after(kAcceptPause, [this, &listener] { accept_some(listener); });
  }
  listener.socket.when_readable([this, &listener] { accept_some(listener); });
}

void Server::take(Descriptor socket, bool unix_socket) {
  auto const caller = unix_socket ? caller_at(socket.get()) : owner_;
  if (!caller) return;
  Quota::Share share(connections_quota_, caller->uid);
  if (!share.hold(1)) return turn_away(socket);
  if (!unix_socket) {
    int const on = 1;
    static_cast<void>(::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
  }
  auto const id = ++last_;
  auto const connection = std::make_shared<Connection>(
      *this, Connection::Peer{id, *caller, unix_socket}, std::move(socket), std::move(share));
  connections_.emplace(id, connection);
  connection->start();
}

void Server::forget(std::uint64_t connection) {
  // A later turn: it is still on the stack here.
  reactor_.post([this, connection] {
    connections_.erase(connection);
    check_stopped();
  });
}

void Server::begin_stop() {
  stopping_ = true;
  listeners_.clear();
  for (auto const& [id, connection] : connections_) connection->wind_up();
  check_stopped();
}

void Server::check_stopped() {
  if (!stopping_ || !connections_.empty()) return;
  if (auto const done = std::exchange(when_empty_, {})) done();
}

void Server::run_and_wait(std::function<void()> const& task) {
  auto const done = std::make_shared<std::promise<void>>();
  reactor_.post([&task, done] {
    task();
    done->set_value();
  });
  done->get_future().wait();
}

void Server::stop(Duration grace) {
  auto const empty = std::make_shared<std::promise<void>>();
  auto const is_empty = empty->get_future();
  reactor_.post([this, empty] {
    when_empty_ = [empty] { empty->set_value(); };
    begin_stop();
  });
  static_cast<void>(is_empty.wait_for(grace));
  run_and_wait([this] {
    when_empty_ = {};
    connections_.clear();
  });
  // What still runs ends by itself; its answers find nobody, and go while the service is there.
  quick_.stop();
  slow_.stop();
  run_and_wait([] {});
  stopped_ = true;
}

}  // namespace freshet::local
