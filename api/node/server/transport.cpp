#include "api/node/server/transport.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace freshet::node {

namespace {

// What one TLS record holds.
constexpr std::size_t kRecordBytes = 16 << 10;
// Of one call: more than any socket buffer takes.
constexpr std::size_t kSendFileBytesMax = 16 << 20;

Transport::Moved of_call(ssize_t result) {
  if (result >= 0) return {Transport::Step::done, static_cast<std::size_t>(result)};
  bool const again = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  return {again ? Transport::Step::blocked : Transport::Step::ended, 0};
}

}  // namespace

void CloseTls::operator()(ssl_st* tls) const {
  SSL_free(tls);
}

Transport::Transport(local::Descriptor socket, ssl_ctx_st* context) : socket_(std::move(socket)) {
  if (context == nullptr) return;
  tls_.reset(SSL_new(context));
  if (!tls_) return;
  SSL_set_fd(tls_.get(), socket_.get());
  SSL_set_accept_state(tls_.get());
}

Transport::Moved Transport::tls_step(int result) const {
  if (result > 0) return {Step::done, static_cast<std::size_t>(result)};
  auto const error = SSL_get_error(tls_.get(), result);
  ERR_clear_error();
  bool const again = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
  return {again ? Step::blocked : Step::ended, 0};
}

Transport::Moved Transport::read(std::span<char> into) {
  if (tls_) {
    auto const moved = tls_step(SSL_read(tls_.get(), into.data(), static_cast<int>(into.size())));
    return moved;
  }
  auto const moved = of_call(::recv(socket_.get(), into.data(), into.size(), 0));
  if (moved.step == Step::done && moved.bytes == 0) return {Step::ended, 0};
  return moved;
}

Transport::Moved Transport::tls_write(void const* bytes, std::size_t size) {
  return tls_step(SSL_write(tls_.get(), bytes, static_cast<int>(size)));
}

Transport::Moved Transport::write(std::span<iovec const> from, bool more) {
  if (!tls_) {
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(from.data());  // sendmsg(2) does not write to it.
    message.msg_iovlen = from.size();
    return of_call(::sendmsg(socket_.get(), &message, MSG_NOSIGNAL | (more ? MSG_MORE : 0)));
  }
  // One record for a head and a small body. When it blocks the same bytes come again.
  std::array<char, kRecordBytes> record;
  std::size_t size = 0;
  for (auto const& each : from) {
    auto const part = std::min(each.iov_len, record.size() - size);
    std::memcpy(record.data() + size, each.iov_base, part);
    size += part;
  }
  return tls_write(record.data(), size);
}

Transport::Moved Transport::send_file(int file, ByteRange bytes) {
  auto at = static_cast<off_t>(bytes.begin);
  if (!tls_) {
    auto const size = std::min<Bytes>(bytes.size(), kSendFileBytesMax);
    auto const moved = of_call(::sendfile(socket_.get(), file, &at, size));
    // A file that has become shorter has nothing to send.
    if (moved.step == Step::done && moved.bytes == 0) return {Step::ended, 0};
    return moved;
  }
  std::array<char, kRecordBytes> record;
  auto const size = std::min<Bytes>(bytes.size(), record.size());
  auto const got = ::pread(file, record.data(), size, at);
  if (got <= 0) return {Step::ended, 0};
  return tls_write(record.data(), static_cast<std::size_t>(got));
}

bool Transport::has_room() const {
  pollfd room{.fd = socket_.get(), .events = POLLOUT, .revents = 0};
  return ::poll(&room, 1, 0) != 0;
}

void Transport::fill_segments(bool on) {
  if (std::exchange(fills_segments_, on) == on) return;
  int const value = on ? 1 : 0;
  static_cast<void>(::setsockopt(socket_.get(), IPPROTO_TCP, TCP_CORK, &value, sizeof value));
}

void Transport::shut_down() {
  if (tls_) static_cast<void>(SSL_shutdown(tls_.get()));
  ERR_clear_error();
  static_cast<void>(::shutdown(socket_.get(), SHUT_WR));
}

}  // namespace freshet::node
