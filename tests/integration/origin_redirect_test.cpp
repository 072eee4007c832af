// The origin adapter with servers that send it elsewhere.
#include <catch2/catch.hpp>

#include "tests/support/origin_probe.h"
#include "tests/support/scripted_origin.h"
#include "tests/support/temporary_folder.h"

using namespace freshet;
using namespace freshet::test;

namespace {

void redirect_always(ScriptedOrigin& server, std::string const& from, std::string const& to) {
  server.on(from, [to](SeenRequest const&) { return redirect(to); });
}

}  // namespace

TEST_CASE("redirects are followed with the range and the last URL is told", "[origin]") {
  auto const bytes = patterned(100'000);
  for (int const status : {301, 302, 303, 307, 308}) {
    ScriptedOrigin server;
    server.serve_file("/d/file", bytes);
    server.reply_once("/old", redirect("d/file?x=1", status));
    OriginProbe probe;

    auto const outcome = probe.run(OriginProbe::order(server.url("/old"), 16_KiB, 32_KiB));

    CHECK_FALSE(outcome.error());
    CHECK(outcome.head->final_url == server.url("/d/file?x=1"));
    CHECK(server.requests().at(1).header("Range") == "bytes=16384-32767");
    CHECK((probe.gate.content(kSpool).substr(16384) == bytes.substr(16384, 16384)));
  }
}

TEST_CASE("redirects that never end are given up", "[origin]") {
  ScriptedOrigin server;
  redirect_always(server, "/a", "/b");
  redirect_always(server, "/b", "/a");
  OriginProbe probe;

  auto const outcome = probe.run(OriginProbe::order(server.url("/a")));

  CHECK(outcome.error() == Errc::redirect_loop);
  CHECK(server.requests().size() == 11);
}

TEST_CASE("a redirect to anything but http and https is refused", "[origin]") {
  for (auto const* const target :
       {"file:///etc/passwd", "ftp://127.0.0.1/x", "http://", "gopher:x"}) {
    ScriptedOrigin server;
    redirect_always(server, "/a", target);
    OriginProbe probe;
    CHECK(probe.run(OriginProbe::order(server.url("/a"))).error() == Errc::redirect_refused);
  }
}

TEST_CASE("a redirect without a place to go is a broken answer", "[origin]") {
  ScriptedOrigin server;
  server.reply_once("/a", Reply{.status = 302});
  OriginProbe probe;
  CHECK(probe.run(OriginProbe::order(server.url("/a"))).error() == Errc::protocol_error);
}

TEST_CASE("a redirect from https to http is refused unless it is allowed", "[origin]") {
  TemporaryFolder folder;
  auto const files = make_certificate(folder.path(), "127.0.0.1");
  ScriptedOrigin plain;
  plain.serve_file("/file", "content");
  ScriptedOrigin secure({.certificate = files.certificate, .key = files.key});
  redirect_always(secure, "/file", plain.url("/file"));
  OriginProbe probe;
  auto order = OriginProbe::order(secure.url("/file"));
  order.origin.ca_file = files.ca;

  CHECK(probe.run(order).error() == Errc::redirect_refused);
  CHECK(plain.requests().empty());

  order.origin.allow_downgrade = true;
  auto const allowed = probe.run(order);
  CHECK_FALSE(allowed.error());
  CHECK_FALSE(allowed.head->tls_verified);
}

TEST_CASE("what began over http is not called verified when it ends over https", "[origin]") {
  TemporaryFolder folder;
  auto const files = make_certificate(folder.path(), "127.0.0.1");
  ScriptedOrigin secure({.certificate = files.certificate, .key = files.key});
  secure.serve_file("/file", "content");
  ScriptedOrigin plain;
  redirect_always(plain, "/file", secure.url("/file"));
  OriginProbe probe;
  auto order = OriginProbe::order(plain.url("/file"));
  order.origin.ca_file = files.ca;

  auto const outcome = probe.run(order);

  CHECK_FALSE(outcome.error());
  CHECK_FALSE(outcome.head->tls_verified);
}

TEST_CASE("credentials and headers are not carried to another host", "[origin]") {
  ScriptedOrigin other;
  other.serve_file("/file", "content");
  ScriptedOrigin first;
  redirect_always(first, "/start", "/next");
  redirect_always(first, "/next", other.url("/file"));
  OriginProbe probe;
  auto order =
      OriginProbe::order("http://me:p%40ss@127.0.0.1:" + std::to_string(first.port()) + "/start");
  order.origin.headers = {{"X-Token", "secret"}, {"Cookie", "a=b"}};

  auto const outcome = probe.run(order);

  CHECK_FALSE(outcome.error());
  for (auto const& request : first.requests()) {
    CHECK(request.header("Authorization") == "Basic bWU6cEBzcw==");
    CHECK(request.header("X-Token") == "secret");
  }
  CHECK(first.requests().size() == 2);
  auto const carried = other.requests().at(0);
  CHECK_FALSE(carried.has_header("Authorization"));
  CHECK_FALSE(carried.has_header("X-Token"));
  CHECK_FALSE(carried.has_header("Cookie"));
  CHECK(carried.header("Range") == "bytes=0-");
  CHECK(probe.logged().find("fetch ended") != std::string::npos);
  CHECK(probe.logged().find("secret") == std::string::npos);
  CHECK(probe.logged().find("p%40ss") == std::string::npos);
}

TEST_CASE("headers are not told again to the first host on the way back from another", "[origin]") {
  ScriptedOrigin first;
  ScriptedOrigin other;
  redirect_always(first, "/start", other.url("/hop"));
  redirect_always(other, "/hop", first.url("/file"));
  first.serve_file("/file", "content");
  OriginProbe probe;
  auto order = OriginProbe::order(first.url("/start"));
  order.origin.headers = {{"X-Token", "secret"}};

  CHECK_FALSE(probe.run(order).error());
  CHECK(first.requests().at(0).has_header("X-Token"));
  CHECK_FALSE(first.requests().at(1).has_header("X-Token"));
}

TEST_CASE("a large body of a redirect is not read to its end", "[origin]") {
  ScriptedOrigin server;
  server.serve_file("/file", "content");
  auto moved = redirect("/file");
  moved.body = patterned(64 << 20);
  server.reply_once("/old", moved);
  OriginProbe probe;

  auto const outcome = probe.run(OriginProbe::order(server.url("/old")));

  CHECK_FALSE(outcome.error());
  CHECK(outcome.end.received == 7);
  CHECK(server.connections() == 2);
}
