// The origin adapter with servers that behave.
#include <catch2/catch.hpp>

#include "tests/support/origin_probe.h"
#include "tests/support/scripted_origin.h"

using namespace freshet;
using namespace freshet::test;

TEST_CASE("a range is fetched into the gate with its head told first", "[origin]") {
  auto const bytes = patterned(1 << 20);
  ScriptedOrigin server;
  server.serve_file("/file", bytes);
  OriginProbe probe;

  auto const outcome = probe.run(OriginProbe::order(server.url("/file?token=1"), 64_KiB, 512_KiB));

  CHECK_FALSE(outcome.error());
  CHECK(outcome.end.next == 512_KiB);
  CHECK(outcome.end.received == 448_KiB);
  REQUIRE(outcome.head);
  CHECK(outcome.head->length == Bytes{1} << 20);
  CHECK(outcome.head->begin == 64_KiB);
  CHECK(outcome.head->ranges);
  CHECK(outcome.head->validator.etag == "\"v1\"");
  CHECK(outcome.head->final_url == server.url("/file?token=1"));
  CHECK_FALSE(outcome.head->tls_verified);
  CHECK(outcome.head->http_version == "1.1");
  CHECK((probe.gate.content(kSpool).substr(64 << 10) == bytes.substr(64 << 10, 448 << 10)));
  CHECK(probe.gate.finished(kSpool) == std::vector<Bytes>{512_KiB});
  auto const request = server.requests().at(0);
  CHECK(request.header("Range") == "bytes=65536-524287");
  CHECK(request.header("Accept-Encoding") == "identity");
  CHECK(request.header("User-Agent").starts_with("freshet/"));
}
