#include "api/doagent/connection.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace freshet::doagent {

namespace {

constexpr std::size_t kReadBytes = 16 * 1024;

}  // namespace

Connection::Connection(Listener& listener, Identity identity, local::Descriptor socket,
                       local::Quota::Share share)
    : listener_(listener),
      identity_(identity),
      socket_(listener.reactor(), std::move(socket)),
      share_(std::move(share)) {}

void Connection::read_more() {
  if (closed_) return;
  socket_.when_readable([this] { on_readable(); });
}

void Connection::on_readable() {
  std::array<char, kReadBytes> bytes;
  auto const got = ::recv(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return read_more();
  if (got <= 0) return close();
  in_.append(bytes.data(), static_cast<std::size_t>(got));
  consume();
}

void Connection::consume() {
  if (closed_ || calling_) return;
  auto const used = reader_.feed(in_);
  in_.erase(0, used);
  if (reader_.broken()) return reply(failure(kInvalidArgument), true);
  if (auto const request = reader_.take()) return dispatch(*request);
  read_more();
}

void Connection::dispatch(Request const& request) {
  auto const closes = request.closes;
  if (!request.wanted || !listener_.allows(identity_.peer)) {
    return reply(failure(kInvalidArgument), closes);
  }
  auto call = read_call(request.verb, request.target);
  if (!call) return reply(failure(call.error()), closes);
  auto const uid = identity_.peer.uid;
  if (!Calls::waits(call->method)) return reply(listener_.calls().answer(*call, uid), closes);
  calling_ = true;
  auto run = [&listener = listener_, weak = weak_from_this(), call = std::move(*call), uid,
              closes] {
    auto answer = listener.calls().answer(call, uid);
    listener.reactor().post([weak, answer = std::move(answer), closes] {
      auto const connection = weak.lock();
      if (!connection) return;
      connection->calling_ = false;
      connection->reply(answer, closes);
    });
  };
  if (listener_.pool().run(uid, std::move(run))) return;
  calling_ = false;
  reply(failure(kOutOfMemory), closes);
}

void Connection::reply(std::string text, bool closes) {
  out_ = std::move(text);
  closing_ = closes;
  write();
}

void Connection::write() {
  while (!out_.empty()) {
    auto const sent = ::send(socket_.get(), out_.data(), out_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) return socket_.when_writable([this] { write(); });
    if (sent < 0) return close();
    out_.erase(0, static_cast<std::size_t>(sent));
  }
  if (closing_) return close();
  // A later turn, so that who sends many requests at once takes no one else's.
  auto const weak = weak_from_this();
  listener_.reactor().post([weak] {
    if (auto const connection = weak.lock()) connection->consume();
  });
}

void Connection::close() {
  if (std::exchange(closed_, true)) return;
  static_cast<void>(::shutdown(socket_.get(), SHUT_RDWR));
  listener_.forget(identity_.number);
}

}  // namespace freshet::doagent
