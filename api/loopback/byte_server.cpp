#include "api/loopback/byte_server.h"

#include <openssl/crypto.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <span>
#include <vector>

#include "api/local/gatekeeper.h"
#include "api/local/ways_in.h"
#include "api/loopback/peer.h"
#include "api/loopback/served_part.h"
#include "engine/base/url.h"

namespace freshet::loopback {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kHeadBytesMax = 16 * 1024;
constexpr std::size_t kSecretBytes = 32;
constexpr timeval kIdle{300, 0};   // Between requests,
constexpr timeval kSlow{3600, 0};  // and for a reader that takes nothing: it may write to flash.
constexpr Duration kTurn = milliseconds{200};
constexpr auto kLengthPatience = std::chrono::minutes{5};
constexpr int kAcceptTurnMs = 200;

Result<std::string> secret() {
  Digest random;
  auto const size = static_cast<ssize_t>(kSecretBytes);
  if (::getrandom(random.bytes.data(), random.bytes.size(), 0) != size) {
    return fail(Errc::io_error, "random numbers", "are not to be had");
  }
  return to_hex(random);
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    auto const sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool refuse(int socket, std::string_view status, std::string_view why, std::string_view more = {}) {
  std::string text("HTTP/1.1 ");
  text.append(status).append("\r\nContent-Type: text/plain\r\nContent-Length: ");
  text.append(std::to_string(why.size() + 1)).append("\r\n").append(more);
  text.append("Connection: close\r\n\r\n").append(why).append("\n");
  static_cast<void>(send_all(socket, text));
  return false;
}

std::string_view reason(unsigned status) {
  return status == 200   ? "200 OK"
         : status == 206 ? "206 Partial Content"
                         : "416 Range Not Satisfiable";
}

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string_view field(local::HttpRequest const& request, std::string_view name) {
  auto const* const value = request.header(name);
  return value == nullptr ? std::string_view() : *value;
}

bool may_come(int socket) {
  auto const peer = peer_of(socket);
  return peer && peer->loopback && (peer->uid == 0 || peer->uid == ::geteuid());
}

}  // namespace

Result<std::unique_ptr<ByteServer>> ByteServer::start(Client const& client, File file) {
  auto server = std::unique_ptr<ByteServer>(new ByteServer(client, std::move(file)));
  if (auto opened = server->open(); !opened) return tl::unexpected(opened.error());
  return server;
}

Result<void> ByteServer::open() {
  auto const hidden = secret();
  if (!hidden) return tl::unexpected(hidden.error());
  path_ = "/" + *hidden + "/" + percent_encoded(file_.name);
  auto listener = local::listen_tcp("127.0.0.1:0");
  if (!listener) return tl::unexpected(listener.error());
  listener_ = std::move(*listener);
  port_ = local::port_of(listener_);
  accepting_ = std::thread([this] { accept_all(); });
  return {};
}

ByteServer::~ByteServer() {
  stop_.request_stop();
  if (accepting_.joinable()) accepting_.join();
  for (auto& each : connections_) {
    static_cast<void>(::shutdown(each.socket.get(), SHUT_RDWR));
    each.thread.join();
  }
}

std::string ByteServer::url() const {
  return "http://127.0.0.1:" + std::to_string(port_) + path_;
}

void ByteServer::accept_all() {
  while (!stop_.stop_requested()) {
    pollfd wait{listener_.get(), POLLIN, 0};
    if (::poll(&wait, 1, kAcceptTurnMs) <= 0) continue;
    local::Descriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (socket) take(std::move(socket));
  }
}

void ByteServer::take(local::Descriptor socket) {
  connections_.remove_if([](Connection& each) {
    if (each.done) each.thread.join();
    return each.done.load();
  });
  if (connections_.size() >= kConnectionsMax || !may_come(socket.get())) return;
  static_cast<void>(::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &kIdle, sizeof kIdle));
  static_cast<void>(::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &kSlow, sizeof kSlow));
  auto& made = connections_.emplace_back();
  made.socket = std::move(socket);
  made.thread = std::thread([this, &made] {
    serve(made.socket.get());
    static_cast<void>(::shutdown(made.socket.get(), SHUT_RDWR));
    made.done = true;
  });
}

void ByteServer::serve(int socket) {
  local::HttpReader reader(kHeadBytesMax, kHeadBytesMax);
  std::array<char, kHeadBytesMax> bytes{};
  std::string in;
  while (!stop_.stop_requested()) {
    auto const fed = reader.feed(in);
    in.erase(0, fed.used);
    if (fed.fault != 0) {
      static_cast<void>(refuse(socket, "400 Bad Request", fed.why));
      return;
    }
    if (reader.done()) {
      if (!answer(socket, reader.take())) return;
      continue;
    }
    auto const got = ::recv(socket, bytes.data(), bytes.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return;
    in.append(bytes.data(), static_cast<std::size_t>(got));
  }
}

bool ByteServer::answer(int socket, local::HttpRequest const& request) {
  if (!local::is_loopback_host(field(request, "Host")) || request.count("Origin") > 0) {
    return refuse(socket, "403 Forbidden", "This is for programs of this machine.");
  }
  auto const path = std::string_view(request.target).substr(0, request.target.find('?'));
  if (!same(path, path_)) return refuse(socket, "404 Not Found", "There is nothing here.");
  if (request.method != "GET" && request.method != "HEAD") {
    return refuse(socket, "405 Method Not Allowed", "GET or HEAD.", "Allow: GET, HEAD\r\n");
  }
  return answer_file(socket, request);
}

Result<ReadBytes> ByteServer::look() const {
  auto const ends = std::chrono::steady_clock::now() + kLengthPatience;
  std::array<std::byte, 1> first{};
  while (true) {
    auto read = client_.read(file_.job, file_.index, 0, first);
    bool const empty = !read && read.error().code == Errc::invalid_range;
    if (empty) return ReadBytes{0, 0, "empty"};
    if (!read || read->length) return read;
    if (stop_.stop_requested() || std::chrono::steady_clock::now() > ends) {
      return fail(Errc::timed_out, file_.name, "no source says how long it is");
    }
    static_cast<void>(client_.wait(file_.job, kTurn));
  }
}

bool ByteServer::answer_file(int socket, local::HttpRequest const& request) {
  auto const seen = look();
  if (!seen) return refuse(socket, "502 Bad Gateway", describe(seen.error()));
  auto const part = served_part({field(request, "Range"), field(request, "If-Range")},
                                *seen->length, "\"" + seen->version + "\"");
  std::string head("HTTP/1.1 ");
  head.append(reason(part.status)).append("\r\nContent-Type: application/octet-stream\r\n");
  head.append(part.fields).append(request.keep_alive ? "\r\n" : "Connection: close\r\n\r\n");
  if (!send_all(socket, head)) return false;
  if (request.method == "HEAD" || part.range.empty()) return request.keep_alive;
  auto const sink = [socket](std::span<std::byte const> bytes) -> Result<void> {
    std::string_view const text(reinterpret_cast<char const*>(bytes.data()), bytes.size());
    if (send_all(socket, text)) return {};
    return fail(Errc::connection_lost, "reader", "has gone");
  };
  auto const sent =
      client_.stream(file_.job, file_.index, sink,
                     {.range = part.range, .patience = {}, .stop = stop_.get_token()});
  return sent && request.keep_alive;
}

}  // namespace freshet::loopback
