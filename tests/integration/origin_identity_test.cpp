// The origin adapter with servers whose content changes, or who cannot say whether it did.
#include <catch2/catch.hpp>

#include "tests/support/origin_probe.h"
#include "tests/support/scripted_origin.h"

using namespace freshet;
using namespace freshet::test;

namespace {

constexpr char const* kOldDate = "Mon, 01 Jan 2024 00:00:00 GMT";
constexpr char const* kNewDate = "Tue, 02 Jan 2024 00:00:00 GMT";

struct Case {
  FileOptions server;
  Validator expected;
  std::optional<Bytes> length;
};

struct Result {
  OriginProbe::Outcome outcome;
  SeenRequest request;
};

Result fetch(Case const& one) {
  ScriptedOrigin server;
  server.serve_file("/file", patterned(100'000), one.server);
  OriginProbe probe;
  auto order = OriginProbe::order(server.url("/file"), 16_KiB, 64_KiB);
  order.expected_validator = one.expected;
  order.expected_length = one.length;
  auto outcome = probe.run(order);
  return {std::move(outcome), server.requests().at(0)};
}

}  // namespace

TEST_CASE("a strong entity tag makes the range conditional", "[origin]") {
  auto const [outcome, request] = fetch({{.etag = "\"a\""}, {.etag = "\"a\""}, 100'000});

  CHECK_FALSE(outcome.error());
  CHECK(request.header("If-Range") == "\"a\"");
}

TEST_CASE("a weak entity tag is compared but never sent as a condition", "[origin]") {
  auto const same = fetch({{.etag = "W/\"a\""}, {.etag = "W/\"a\""}, std::nullopt});
  CHECK_FALSE(same.outcome.error());
  CHECK_FALSE(same.request.has_header("If-Range"));

  auto const other = fetch({{.etag = "W/\"b\""}, {.etag = "W/\"a\""}, std::nullopt});
  CHECK(other.outcome.error() == Errc::content_changed);
}

TEST_CASE("without an entity tag an old modification date makes the range conditional",
          "[origin]") {
  auto const same =
      fetch({{.etag = "", .last_modified = kOldDate}, {.last_modified = kOldDate}, {}});
  CHECK_FALSE(same.outcome.error());
  CHECK(same.request.header("If-Range") == kOldDate);

  auto const other =
      fetch({{.etag = "", .last_modified = kNewDate}, {.last_modified = kOldDate}, {}});
  CHECK(other.outcome.error() == Errc::content_changed);
}

TEST_CASE("a server without validators is trusted as long as the length stays", "[origin]") {
  auto const outcome = fetch({{.etag = ""}, {.etag = "\"a\""}, 100'000}).outcome;
  CHECK_FALSE(outcome.error());
  CHECK(outcome.head->begin == 0);  // If-Range failed: it sent the whole.

  auto const unconditional = fetch({{.etag = ""}, {}, 100'000}).outcome;
  CHECK_FALSE(unconditional.error());
  CHECK(unconditional.head->validator == Validator{});
}

TEST_CASE("another entity tag in the middle of a transfer is a changed content", "[origin]") {
  ScriptedOrigin server;
  server.serve_file("/file", patterned(100'000, 1), {.etag = "\"v1\""});
  OriginProbe probe;
  auto const first = probe.run(OriginProbe::order(server.url("/file"), 0, 32_KiB));
  server.serve_file("/file", patterned(100'000, 2), {.etag = "\"v2\""});
  auto order = OriginProbe::order(server.url("/file"), 32_KiB, 64_KiB);
  order.expected_validator = first.head->validator;

  auto const second = probe.run(order);

  CHECK(second.error() == Errc::content_changed);
  CHECK(second.end.next == 32_KiB);
  CHECK(probe.gate.bytes_written() == 32_KiB);
}

TEST_CASE("a part with another entity tag is refused although the server kept If-Range",
          "[origin]") {
  ScriptedOrigin server;
  Reply reply{.status = 206, .body = patterned(16384)};
  reply.headers = {{"Content-Range", "bytes 0-16383/100000"}, {"ETag", "\"b\""}};
  server.reply_once("/file", reply);
  OriginProbe probe;
  auto order = OriginProbe::order(server.url("/file"), 0, 16_KiB);
  order.expected_validator = Validator{"\"a\"", {}};

  CHECK(probe.run(order).error() == Errc::content_changed);
  CHECK(probe.gate.bytes_written() == 0);
}

TEST_CASE("another length with nothing else to compare is a length mismatch", "[origin]") {
  auto const outcome = fetch({{.etag = ""}, {}, 99'999}).outcome;
  CHECK(outcome.error() == Errc::length_mismatch);
  CHECK(outcome.end.error->why == "has 100000 bytes, expected 99999");
}

TEST_CASE("a different date does not matter when the entity tag is the same", "[origin]") {
  auto const outcome = fetch({{.etag = "\"a\"", .last_modified = kNewDate},
                              {.etag = "\"a\"", .last_modified = kOldDate},
                              100'000})
                           .outcome;
  CHECK_FALSE(outcome.error());
}

TEST_CASE("a compressed answer that nobody asked for is refused", "[origin]") {
  auto const outcome = fetch({{.headers = {{"Content-Encoding", "gzip"}}}, {}, {}}).outcome;
  CHECK(outcome.error() == Errc::content_encoded);
  CHECK(outcome.end.received == 0);

  CHECK_FALSE(fetch({{.headers = {{"Content-Encoding", "identity"}}}, {}, {}}).outcome.error());
}

TEST_CASE("what the head says of the content is told", "[origin]") {
  ScriptedOrigin server;
  server.serve_file(
      "/d/file", "hello world",
      {.last_modified = kOldDate,
       .headers = {
           {"Repr-Digest", "sha-256=:uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=:"},
           {"Link", "<file.torrent>; rel=describedby; type=\"application/x-bittorrent\""}}});
  OriginProbe probe;

  auto const outcome = probe.run(OriginProbe::order(server.url("/d/file")));

  REQUIRE(outcome.head);
  REQUIRE(outcome.head->repr_digest);
  CHECK(to_hex(*outcome.head->repr_digest) ==
        "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9");
  CHECK(outcome.head->manifest_urls == std::vector<std::string>{server.url("/d/file.torrent")});
  CHECK(outcome.head->modified == WallTime{std::chrono::seconds{1704067200}});
  CHECK(outcome.head->validator.last_modified == kOldDate);
}
