// The origin adapter with servers that say no.
#include <catch2/catch.hpp>

#include "tests/support/origin_probe.h"
#include "tests/support/scripted_origin.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

OriginProbe::Outcome answer(int status, std::string const& retry_after = {},
                            std::string const& date = {}) {
  ScriptedOrigin server;
  Reply reply{.status = status, .body = "an error page"};
  if (!retry_after.empty()) reply.headers.emplace_back("Retry-After", retry_after);
  if (!date.empty()) reply.headers.emplace_back("Date", date);
  server.on("/file", [&reply](SeenRequest const&) { return reply; });
  OriginProbe probe;
  auto outcome = probe.run(OriginProbe::order(server.url("/file?secret=1")));
  CHECK(probe.gate.bytes_written() == 0);
  return outcome;
}

}  // namespace

TEST_CASE("each refusing status has an error of its own", "[origin]") {
  CHECK(answer(400).error() == Errc::http_client_error);
  CHECK(answer(401).error() == Errc::http_unauthorized);
  CHECK(answer(403).error() == Errc::http_forbidden);
  CHECK(answer(404).error() == Errc::http_not_found);
  CHECK(answer(407).error() == Errc::http_proxy_auth);
  CHECK(answer(408).error() == Errc::timed_out);
  CHECK(answer(410).error() == Errc::http_gone);
  CHECK(answer(416).error() == Errc::invalid_range);
  CHECK(answer(418).error() == Errc::http_client_error);
  CHECK(answer(429).error() == Errc::http_too_many_requests);
  CHECK(answer(500).error() == Errc::http_server_error);
  CHECK(answer(502).error() == Errc::http_server_error);
  CHECK(answer(503).error() == Errc::http_unavailable);
}

TEST_CASE("a success that carries no content is a broken answer", "[origin]") {
  CHECK(answer(201).error() == Errc::protocol_error);
  CHECK(answer(204).error() == Errc::protocol_error);
  CHECK(answer(304).error() == Errc::protocol_error);
}

TEST_CASE("an error names the URL without its query", "[origin]") {
  auto const error = answer(404).end.error;
  CHECK(error->where.find("/file") != std::string::npos);
  CHECK(error->where.find("secret") == std::string::npos);
  CHECK(error->why == "answered 404");
}

TEST_CASE("Retry-After is told in seconds or as a date for 429 and 503 alone", "[origin]") {
  CHECK(answer(429, "7").end.retry_after == Duration{7s});
  CHECK(answer(503, "120").end.retry_after == Duration{120s});
  CHECK(answer(503, "Mon, 01 Jan 2024 00:01:00 GMT", "Mon, 01 Jan 2024 00:00:30 GMT")
            .end.retry_after == Duration{30s});
  CHECK_FALSE(answer(429).end.retry_after);
  CHECK_FALSE(answer(503, "soon").end.retry_after);
  CHECK_FALSE(answer(500, "7").end.retry_after);
}

TEST_CASE("the connection of a short error page is used again", "[origin]") {
  ScriptedOrigin server;
  server.serve_file("/file", "content");
  OriginProbe probe;

  CHECK(probe.run(OriginProbe::order(server.url("/none"))).error() == Errc::http_not_found);
  CHECK_FALSE(probe.run(OriginProbe::order(server.url("/file"))).error());

  CHECK(server.connections() == 1);
}

TEST_CASE("a head that never ends in sense is a broken answer", "[origin]") {
  for (auto const* const raw : {"SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 abc\r\n\r\n"}) {
    ScriptedOrigin server;
    server.reply_once("/file", Reply{.raw = raw, .close = true});
    OriginProbe probe;
    CHECK(probe.run(OriginProbe::order(server.url("/file"))).error() == Errc::protocol_error);
  }
}

TEST_CASE("a head larger than any sense is a broken answer", "[origin]") {
  ScriptedOrigin server;
  Reply reply;
  for (int i = 0; i < 400; ++i) reply.headers.emplace_back("X-Fill", std::string(1000, 'x'));
  server.reply_once("/file", reply);
  OriginProbe probe;
  CHECK(probe.run(OriginProbe::order(server.url("/file"))).error() == Errc::protocol_error);
}
