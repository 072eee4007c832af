// How an answer from a file goes into a socket: in full segments, and none of it is held back.
#include "api/node/server/sender.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>

namespace freshet::node {

namespace {

constexpr Bytes kLength = 16_MiB;  // More than sockets of loopback take.
constexpr Bytes kTurn = 64_MiB;

BodyFile empty_file(Bytes length) {
  std::string path = "/tmp/freshet-sender-XXXXXX";
  local::Descriptor file(::mkstemp(path.data()));
  ::unlink(path.c_str());
  REQUIRE(::ftruncate(file.get(), static_cast<off_t>(length)) == 0);
  return std::make_shared<local::Descriptor const>(std::move(file));
}

// A connection over loopback.
struct Pair {
  Pair() {
    local::Descriptor const listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    void* const at = &address;
    auto* const any = static_cast<sockaddr*>(at);
    REQUIRE(::bind(listener.get(), any, size) == 0);
    REQUIRE(::listen(listener.get(), 1) == 0);
    REQUIRE(::getsockname(listener.get(), any, &size) == 0);
    client = local::Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(::connect(client.get(), any, size) == 0);
    server = local::Descriptor(::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK));
    REQUIRE(server.get() >= 0);
  }
  // What is on its way, or with `flags` 0 all until the end, but not more than `most`.
  [[nodiscard]] Bytes read(Bytes most, int flags) const {
    std::array<char, 65536> buffer;
    Bytes got = 0;
    while (got < most) {
      auto const size = std::min<std::size_t>(buffer.size(), most - got);
      auto const some = ::recv(client.get(), buffer.data(), size, flags);
      if (some <= 0) break;
      got += static_cast<Bytes>(some);
    }
    return got;
  }
  local::Descriptor client;
  local::Descriptor server;
};

bool fills_segments(int socket) {
  int value = 0;
  socklen_t size = sizeof value;
  REQUIRE(::getsockopt(socket, IPPROTO_TCP, TCP_CORK, &value, &size) == 0);
  return value != 0;
}

Reply reply_of(std::shared_ptr<Body> body) {
  Reply reply;
  reply.head = "HTTP/1.1 200 OK\r\n\r\n";
  reply.parts = {{{}, {0, *body->length()}}};
  reply.body = std::move(body);
  return reply;
}

}  // namespace

TEST_CASE("a long file goes in full segments and at its end nothing is held back", "[sender]") {
  Pair pair;
  int const socket = pair.server.get();
  Transport transport(std::move(pair.server), nullptr);
  Sender sender(reply_of(Body::of_file(empty_file(kLength), kLength)));

  auto step = sender.run(transport, kTurn);
  REQUIRE(step == Sender::Step::blocked);
  CHECK(fills_segments(socket));
  Bytes got = 0;
  while (step == Sender::Step::blocked) {
    got += pair.read(1_MiB, MSG_DONTWAIT);
    step = sender.run(transport, kTurn);
  }

  CHECK(step == Sender::Step::done);
  CHECK_FALSE(fills_segments(socket));
  transport.shut_down();
  got += pair.read(kLength, 0);
  CHECK(got == sender.moved());
}

TEST_CASE("what has come of a body is not held back while the rest is waited for", "[sender]") {
  Pair pair;
  int const socket = pair.server.get();
  Transport transport(std::move(pair.server), nullptr);
  auto const body = std::make_shared<Body>(kLength);
  body->set_file(empty_file(kLength));
  body->written({0, 300'000});
  Sender sender(reply_of(body));

  CHECK(sender.run(transport, kTurn) == Sender::Step::waiting);
  CHECK_FALSE(fills_segments(socket));
  CHECK(sender.at() == 300'000);
}

}  // namespace freshet::node
