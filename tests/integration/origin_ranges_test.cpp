// The origin adapter with servers whose ranges, lengths and bodies are odd.
#include <catch2/catch.hpp>

#include "tests/support/origin_probe.h"
#include "tests/support/scripted_origin.h"

using namespace freshet;
using namespace freshet::test;

namespace {

Reply partial(std::string const& content_range, std::string body) {
  Reply reply{.status = 206, .body = std::move(body)};
  reply.headers = {{"Content-Range", content_range}, {"ETag", "\"v1\""}};
  return reply;
}

OriginProbe::Outcome fetch_once(Reply reply, OriginProbe& probe, Bytes begin,
                                std::optional<Bytes> end) {
  ScriptedOrigin server;
  server.reply_once("/file", std::move(reply));
  return probe.run(OriginProbe::order(server.url("/file"), begin, end));
}

OriginProbe::Outcome fetch_once(Reply reply, Bytes begin, std::optional<Bytes> end) {
  OriginProbe probe;
  return fetch_once(std::move(reply), probe, begin, end);
}

}  // namespace

TEST_CASE("an open range takes all there is and tells the length", "[origin]") {
  auto const bytes = patterned(100'000);
  ScriptedOrigin server;
  server.serve_file("/file", bytes);
  OriginProbe probe;

  auto const outcome = probe.run(OriginProbe::order(server.url("/file"), 16_KiB));

  CHECK_FALSE(outcome.error());
  CHECK(outcome.end.next == bytes.size());
  CHECK(outcome.head->length == bytes.size());
  CHECK((probe.gate.content(kSpool).substr(16384) == bytes.substr(16384)));
  CHECK(server.requests().at(0).header("Range") == "bytes=16384-");
}

TEST_CASE("a server without ranges serves the whole and says so", "[origin]") {
  auto const bytes = patterned(300'000);
  ScriptedOrigin server;
  server.serve_file("/file", bytes, {.ranges = false});
  OriginProbe probe;

  auto const outcome = probe.run(OriginProbe::order(server.url("/file")));

  CHECK_FALSE(outcome.error());
  CHECK_FALSE(outcome.head->ranges);
  CHECK(outcome.head->length == bytes.size());
  CHECK((probe.gate.content(kSpool) == bytes));
}

TEST_CASE("a whole answer to an open range is skipped up to where the range begins", "[origin]") {
  auto const bytes = patterned(3 << 20);
  ScriptedOrigin server;
  server.serve_file("/file", bytes, {.ranges = false});
  OriginProbe probe;

  auto const outcome = probe.run(OriginProbe::order(server.url("/file"), 2_MiB));

  CHECK_FALSE(outcome.error());
  CHECK(outcome.head->begin == 0);
  CHECK(outcome.end.received == bytes.size());
  CHECK(outcome.end.next == bytes.size());
  CHECK(probe.gate.bytes_written() == 1_MiB);
  CHECK((probe.gate.content(kSpool).substr(2 << 20) == bytes.substr(2 << 20)));
}

TEST_CASE("a whole answer to a closed range ends where the range ends", "[origin]") {
  auto const bytes = patterned(3 << 20);
  ScriptedOrigin server;
  server.serve_file("/file", bytes, {.ranges = false});
  OriginProbe probe;

  auto const outcome = probe.run(OriginProbe::order(server.url("/file"), 64_KiB, 128_KiB));

  CHECK_FALSE(outcome.error());
  CHECK(outcome.end.next == 128_KiB);
  CHECK(probe.gate.bytes_written() == 64_KiB);
  CHECK((probe.gate.content(kSpool).substr(65536) == bytes.substr(65536, 65536)));
}

TEST_CASE("a whole answer to a closed range goes on to the end when the order says so",
          "[origin]") {
  auto const bytes = patterned(3 << 20);
  ScriptedOrigin server;
  server.serve_file("/file", bytes, {.ranges = false});
  OriginProbe probe;
  auto order = OriginProbe::order(server.url("/file"), 0, 128_KiB);
  order.all_without_ranges = true;

  auto const outcome = probe.run(std::move(order));

  CHECK_FALSE(outcome.error());
  CHECK(outcome.end.next == bytes.size());
  CHECK((probe.gate.content(kSpool) == bytes));
}

TEST_CASE("a whole answer to a closed range far inside is refused instead of skipped", "[origin]") {
  ScriptedOrigin server;
  server.serve_file("/file", patterned(4 << 20), {.ranges = false});
  OriginProbe probe;

  auto const outcome = probe.run(OriginProbe::order(server.url("/file"), 3_MiB, 3_MiB + 64_KiB));

  CHECK(outcome.error() == Errc::range_not_supported);
  CHECK(outcome.end.next == 3_MiB);
  CHECK(probe.gate.bytes_written() == 0);
}

TEST_CASE("a part that begins elsewhere is refused before any byte is passed on", "[origin]") {
  OriginProbe probe;
  auto const outcome =
      fetch_once(partial("bytes 0-16383/100000", patterned(16384)), probe, 16_KiB, 32_KiB);

  CHECK(outcome.error() == Errc::range_mismatch);
  CHECK(outcome.end.error->why == "answered bytes 0-16383, asked for bytes 16384-32767");
  CHECK(probe.gate.bytes_written() == 0);
}

TEST_CASE("a part that ends beyond the range is refused", "[origin]") {
  CHECK(fetch_once(partial("bytes 0-32767/100000", patterned(32768)), 0, 16_KiB).error() ==
        Errc::range_mismatch);
}

TEST_CASE("a part that is smaller than the range is taken and the rest is missed", "[origin]") {
  OriginProbe probe;
  auto const outcome =
      fetch_once(partial("bytes 0-16383/100000", patterned(16384)), probe, 0, 64_KiB);

  CHECK(outcome.error() == Errc::range_mismatch);
  CHECK(outcome.end.next == 16_KiB);
  CHECK(probe.gate.bytes_written() == 16_KiB);
}

TEST_CASE("a part without a readable Content-Range is refused", "[origin]") {
  CHECK(fetch_once(Reply{.status = 206, .body = "x"}, 0, 16_KiB).error() == Errc::protocol_error);
  CHECK(fetch_once(partial("bytes 5-2/10", "x"), 0, 16_KiB).error() == Errc::protocol_error);
  CHECK(fetch_once(partial("lines 0-9/10", "x"), 0, 16_KiB).error() == Errc::protocol_error);
}

TEST_CASE("a part whose Content-Length contradicts its Content-Range is refused", "[origin]") {
  CHECK(fetch_once(partial("bytes 0-16383/100000", patterned(9)), 0, 16_KiB).error() ==
        Errc::range_mismatch);
}

TEST_CASE("several parts for one range are refused", "[origin]") {
  Reply reply{.status = 206, .body = "--x--"};
  reply.headers = {{"Content-Type", "multipart/byteranges; boundary=x"}};
  CHECK(fetch_once(std::move(reply), 0, 16_KiB).error() == Errc::protocol_error);
}

TEST_CASE("a body that ends before its range does is a length mismatch", "[origin]") {
  auto reply = partial("bytes 0-65535/100000", patterned(40'000));
  reply.framing = Reply::Framing::chunked;
  auto const outcome = fetch_once(std::move(reply), 0, 64_KiB);

  CHECK(outcome.error() == Errc::length_mismatch);
  CHECK(outcome.end.received == 40'000);
  CHECK(outcome.end.next == 32_KiB);
}

TEST_CASE("a body longer than its range passes on nothing beyond it", "[origin]") {
  auto reply = partial("bytes 0-16383/16384", patterned(20'000));
  reply.framing = Reply::Framing::chunked;
  OriginProbe probe;
  auto const outcome = fetch_once(std::move(reply), probe, 0, std::nullopt);

  CHECK(outcome.error() == Errc::length_mismatch);
  CHECK(probe.gate.bytes_written() == 16_KiB);
}

TEST_CASE("a body of unknown length is taken to its end", "[origin]") {
  auto const bytes = patterned(50'000);
  for (auto const framing : {Reply::Framing::chunked, Reply::Framing::until_close}) {
    OriginProbe probe;
    auto const outcome =
        fetch_once(Reply{.body = bytes, .framing = framing}, probe, 0, std::nullopt);

    CHECK_FALSE(outcome.error());
    CHECK_FALSE(outcome.head->length);
    CHECK(outcome.end.next == bytes.size());
    CHECK((probe.gate.content(kSpool) == bytes));
    CHECK(probe.gate.finished(kSpool) == std::vector<Bytes>{bytes.size()});
  }
}

TEST_CASE("a body of unknown length that closes short of the known one was cut", "[origin]") {
  ScriptedOrigin server;
  server.reply_once("/file",
                    Reply{.body = patterned(50'000), .framing = Reply::Framing::until_close});
  OriginProbe probe;
  auto order = OriginProbe::order(server.url("/file"));
  order.expected_length = 60'000;

  auto const outcome = probe.run(order);

  CHECK(outcome.error() == Errc::connection_lost);
  CHECK(outcome.end.next == 48_KiB);
}

TEST_CASE("an empty content is a success whichever way the server says it", "[origin]") {
  Reply unsatisfiable{.status = 416, .body = "nothing to see"};
  unsatisfiable.headers = {{"Content-Range", "bytes */0"}};
  for (auto const& reply : {unsatisfiable, Reply{}}) {
    OriginProbe probe;
    auto const outcome = fetch_once(reply, probe, 0, std::nullopt);

    CHECK_FALSE(outcome.error());
    CHECK(outcome.head->length == Bytes{0});
    CHECK(outcome.end.next == 0);
    CHECK(probe.gate.bytes_written() == 0);
    CHECK(probe.gate.finished(kSpool) == std::vector<Bytes>{0});
  }
}

TEST_CASE("a range beyond the content is an invalid range", "[origin]") {
  ScriptedOrigin server;
  server.serve_file("/file", patterned(1000));
  OriginProbe probe;

  auto const outcome = probe.run(OriginProbe::order(server.url("/file"), 16_KiB, 32_KiB));

  CHECK(outcome.error() == Errc::invalid_range);
}

TEST_CASE("a range refused although it lies inside is a range mismatch", "[origin]") {
  Reply reply{.status = 416};
  reply.headers = {{"Content-Range", "bytes */100000"}};
  CHECK(fetch_once(std::move(reply), 16_KiB, 32_KiB).error() == Errc::range_mismatch);
}
