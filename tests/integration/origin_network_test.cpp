// The origin adapter on networks and with servers that are slow, cut or not to be trusted.
#include <catch2/catch.hpp>

#include "tests/support/origin_probe.h"
#include "tests/support/scripted_origin.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/wire.h"

#include <unistd.h>

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

struct SecureServer {
  explicit SecureServer(std::string const& certified_host = "127.0.0.1", bool expired = false)
      : files(make_certificate(folder.path(), certified_host, expired)),
        server({.certificate = files.certificate, .key = files.key}) {
    server.serve_file("/file", "content");
  }
  TemporaryFolder folder;
  TlsFiles files;
  ScriptedOrigin server;
};

}  // namespace

TEST_CASE("a head that does not come in time ends the fetch", "[origin]") {
  Latch never;
  ScriptedOrigin server;
  server.reply_once("/file", Reply{.latch = &never});
  OriginProbe probe;
  auto order = OriginProbe::order(server.url("/file"));
  order.head_timeout = 150ms;

  auto const outcome = probe.run(order);

  CHECK(outcome.error() == Errc::timed_out);
  CHECK(outcome.end.next == 0);
}

TEST_CASE("a body that stops coming ends the fetch with what had come", "[origin]") {
  Latch never;
  auto const bytes = patterned(100'000);
  ScriptedOrigin server;
  server.reply_once("/file", Reply{.body = bytes, .pause_after = 50'000, .latch = &never});
  OriginProbe probe;
  auto order = OriginProbe::order(server.url("/file"));
  order.stall_timeout = 150ms;

  auto const outcome = probe.run(order);

  CHECK(outcome.error() == Errc::stalled);
  CHECK(outcome.end.received == 50'000);
  CHECK(outcome.end.next == 48_KiB);
  CHECK((probe.gate.content(kSpool) == bytes.substr(0, 50'000)));
}

TEST_CASE("a body that comes in drops arrives whole", "[origin]") {
  auto const bytes = patterned(2'000);
  ScriptedOrigin server;
  server.reply_once("/file", Reply{.body = bytes, .drip_bytes = 1});
  OriginProbe probe;

  CHECK_FALSE(probe.run(OriginProbe::order(server.url("/file"))).error());
  CHECK((probe.gate.content(kSpool) == bytes));
}

TEST_CASE("a connection cut in the body tells from where to go on", "[origin]") {
  auto const bytes = patterned(100'000);
  for (bool const reset : {false, true}) {
    ScriptedOrigin server;
    server.reply_once("/file", Reply{.body = bytes, .cut_after = 70'000, .reset = reset});
    OriginProbe probe;

    auto const outcome = probe.run(OriginProbe::order(server.url("/file")));

    CHECK(outcome.error() == Errc::connection_lost);
    CHECK(outcome.end.next <= 64_KiB);
    CHECK(outcome.end.next % 16_KiB == 0);
    CHECK((reset || outcome.end.next == 64_KiB));
    CHECK(probe.gate.finished(kSpool).empty());
  }
}

TEST_CASE("a connection closed without an answer is lost", "[origin]") {
  ScriptedOrigin server;
  server.reply_once("/file", Reply{.silent_close = true});
  OriginProbe probe;
  CHECK(probe.run(OriginProbe::order(server.url("/file"))).error() == Errc::connection_lost);
}

TEST_CASE("connections are kept for the next fetch", "[origin]") {
  ScriptedOrigin server;
  server.serve_file("/file", patterned(100'000));
  OriginProbe probe;
  for (Bytes begin = 0; begin < 80_KiB; begin += 16_KiB) {
    auto const order = OriginProbe::order(server.url("/file"), begin, begin + 16_KiB);
    CHECK_FALSE(probe.run(order).error());
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("a kept connection that the server closed meanwhile is replaced silently", "[origin]") {
  ScriptedOrigin server;
  server.serve_file("/file", "content");
  OriginProbe probe;
  CHECK_FALSE(probe.run(OriginProbe::order(server.url("/file"))).error());
  // The server reads the request and closes, as one whose patience ran out that very moment.
  server.reply_once("/file", Reply{.silent_close = true});

  auto const outcome = probe.run(OriginProbe::order(server.url("/file")));

  CHECK_FALSE(outcome.error());
  CHECK(server.requests().size() == 3);
  CHECK(server.connections() == 2);
}

TEST_CASE("an answer that closes its connection is followed by a new one", "[origin]") {
  ScriptedOrigin server;
  server.serve_file("/file", "content");
  OriginProbe probe;
  server.reply_once("/file", Reply{.body = "content", .close = true});
  CHECK_FALSE(probe.run(OriginProbe::order(server.url("/file"))).error());
  CHECK_FALSE(probe.run(OriginProbe::order(server.url("/file"))).error());
  CHECK(server.connections() == 2);
}

TEST_CASE("an origin on IPv6 is reached", "[origin]") {
  std::uint16_t port = 0;
  int const trial = listen_on("::1", port);
  if (trial < 0) {
    WARN("this machine has no IPv6 loopback");
    return;
  }
  close(trial);
  ScriptedOrigin server({.address = "::1"});
  server.serve_file("/file", "content");
  OriginProbe probe;

  auto const outcome = probe.run(OriginProbe::order(server.url("/file")));

  CHECK_FALSE(outcome.error());
  CHECK(outcome.head->final_url == server.url("/file"));
}

TEST_CASE("a port where nobody listens refuses", "[origin]") {
  std::uint16_t port = 0;
  close(listen_on("127.0.0.1", port));
  OriginProbe probe;
  auto const outcome =
      probe.run(OriginProbe::order("http://127.0.0.1:" + std::to_string(port) + "/file"));
  CHECK(outcome.error() == Errc::connect_failed);
}

TEST_CASE("a host without an address is named", "[origin]") {
  OriginProbe probe;
  auto const outcome = probe.run(OriginProbe::order("http://no-such-host.invalid/file"));
  CHECK(outcome.error() == Errc::name_not_resolved);
}

TEST_CASE("hosts without an address leave nothing behind for the fetches after them", "[origin]") {
  ScriptedOrigin server;
  server.serve_file("/file", "content");
  OriginProbe probe;

  for (int i = 0; i < 4; ++i) {
    auto const lost = probe.run(OriginProbe::order("http://no-such-host.invalid/file"));
    CHECK(lost.error() == Errc::name_not_resolved);
  }

  CHECK_FALSE(probe.run(OriginProbe::order(server.url("/file"))).error());
}

TEST_CASE("what is no http URL is refused before anything is sent", "[origin]") {
  OriginProbe probe;
  CHECK(probe.run(OriginProbe::order("ftp://127.0.0.1/file")).error() == Errc::unsupported_scheme);
  CHECK(probe.run(OriginProbe::order("file:///etc/passwd")).error() == Errc::unsupported_scheme);
  CHECK(probe.run(OriginProbe::order("127.0.0.1/file")).error() == Errc::invalid_argument);
  CHECK(probe.run(OriginProbe::order("http://")).error() == Errc::invalid_argument);
}

TEST_CASE("headers that would change what is asked for are refused", "[origin]") {
  OriginProbe probe;
  for (auto const& header : std::vector<HttpHeader>{{"Range", "bytes=0-1"},
                                                    {"accept-encoding", "gzip"},
                                                    {"X", "a\r\nY: b"},
                                                    {"X Y", "a"},
                                                    {"", "a"}}) {
    auto order = OriginProbe::order("http://127.0.0.1:1/file");
    order.origin.headers = {header};
    CHECK(probe.run(order).error() == Errc::invalid_argument);
  }
}

TEST_CASE("custom headers are sent even when they are empty", "[origin]") {
  ScriptedOrigin server;
  server.serve_file("/file", "content");
  OriginProbe probe;
  auto order = OriginProbe::order(server.url("/file"));
  order.origin.headers = {{"X-Token", "a: b"}, {"X-Empty", ""}};

  CHECK_FALSE(probe.run(order).error());
  auto const request = server.requests().at(0);
  CHECK(request.header("X-Token") == "a: b");
  CHECK(request.has_header("X-Empty"));
}

TEST_CASE("a certificate of a trusted authority is verified", "[origin]") {
  SecureServer secure;
  OriginProbe probe;
  auto order = OriginProbe::order(secure.server.url("/file"));
  order.origin.ca_file = secure.files.ca;

  auto const outcome = probe.run(order);

  CHECK_FALSE(outcome.error());
  CHECK(outcome.head->tls_verified);
}

TEST_CASE("a certificate of an unknown authority ends the fetch before the request", "[origin]") {
  SecureServer secure;
  OriginProbe probe;

  CHECK(probe.run(OriginProbe::order(secure.server.url("/file"))).error() == Errc::tls_failed);
  CHECK(secure.server.requests().empty());
}

TEST_CASE("a certificate for another name is refused", "[origin]") {
  SecureServer secure("elsewhere.test");
  OriginProbe probe;
  auto order = OriginProbe::order(secure.server.url("/file"));
  order.origin.ca_file = secure.files.ca;
  CHECK(probe.run(order).error() == Errc::tls_failed);
}

TEST_CASE("a certificate that has expired is refused", "[origin]") {
  SecureServer secure("127.0.0.1", true);
  OriginProbe probe;
  auto order = OriginProbe::order(secure.server.url("/file"));
  order.origin.ca_file = secure.files.ca;
  CHECK(probe.run(order).error() == Errc::tls_failed);
}

TEST_CASE("an authority file that is not there is a failure of TLS", "[origin]") {
  SecureServer secure;
  OriginProbe probe;
  auto order = OriginProbe::order(secure.server.url("/file"));
  order.origin.ca_file = secure.folder.path() + "/absent.pem";
  CHECK(probe.run(order).error() == Errc::tls_failed);
}

TEST_CASE("a connection verified for one order is not lent to one that trusts others", "[origin]") {
  SecureServer secure;
  OriginProbe probe;
  auto trusting = OriginProbe::order(secure.server.url("/file"));
  trusting.origin.ca_file = secure.files.ca;
  CHECK_FALSE(probe.run(trusting).error());
  CHECK(probe.run(OriginProbe::order(secure.server.url("/file"))).error() == Errc::tls_failed);
}
