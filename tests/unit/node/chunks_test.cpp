#include "api/node/http/chunks.h"

#include <catch2/catch.hpp>

using namespace freshet::node;

namespace {

struct Outcome {
  std::string content;
  bool done = false;
  bool refused = false;
  Fields trailers;
  std::string left;
};

Outcome read(std::string const& text, std::size_t piece) {
  ChunkReader reader;
  Outcome outcome;
  std::size_t at = 0;
  while (at < text.size() && !reader.done() && !reader.refusal()) {
    auto bytes = std::string_view(text).substr(at, piece);
    auto const size = bytes.size();
    outcome.content += reader.feed(bytes);
    at += size - bytes.size();
  }
  outcome.done = reader.done();
  outcome.refused = reader.refusal().has_value();
  outcome.trailers = reader.trailers();
  outcome.left = text.substr(at);
  return outcome;
}

bool refused(std::string const& text) {
  auto const whole = read(text, text.size());
  auto const bytewise = read(text, 1);
  CHECK(whole.refused == bytewise.refused);
  CHECK_FALSE(whole.done);
  return whole.refused;
}

}  // namespace

TEST_CASE("chunks come out as the content they carry", "[node][http]") {
  std::string const text =
      "5\r\nhello\r\n06;name=\"a;b\"\r\n world\r\n0\r\nRepr-Digest: x\r\n\r\nGET";
  for (std::size_t const piece : {1UL, 2UL, 3UL, 7UL, text.size()}) {
    INFO(piece);
    auto const got = read(text, piece);
    CHECK(got.done);
    CHECK(got.content == "hello world");
    CHECK(got.trailers.only("Repr-Digest") == "x");
    CHECK(got.left == "GET");
  }
}

TEST_CASE("malformed chunks are refused", "[node][http]") {
  CHECK(refused("\r\n"));
  CHECK(refused("x\r\n"));
  CHECK(refused("-1\r\n"));
  CHECK(refused("+1\r\na"));
  CHECK(refused("0x1\r\na\r\n"));
  CHECK(refused(" 1\r\na\r\n"));
  CHECK(refused("1 2\r\na\r\n"));
  CHECK(refused("1\na\r\n"));
  CHECK(refused("1\r\nab\r\n"));
  CHECK(refused("2\r\nab0\r\n\r\n"));
  CHECK(refused("10000000000000000\r\n"));
  CHECK(refused("ffffffffffffffff\r\n"));
  CHECK(refused("1;a\x01\r\na\r\n"));
  CHECK(refused("0\r\nA : b\r\n\r\n"));
  CHECK(refused("0\r\n A: b\r\n\r\n"));
  CHECK(refused("0\r\nA: b\n\r\n"));
  CHECK(refused("1;" + std::string(40'000, 'a')));
}

TEST_CASE("extensions cannot be sent without end", "[node][http]") {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "1;abcdefgh\r\na\r\n";
  CHECK(read(text, 100).refused);
  std::string plain;
  for (int i = 0; i < 50'000; ++i) plain += "1\r\na\r\n";
  CHECK_FALSE(read(plain, 1000).refused);
}

TEST_CASE("trailers cannot change how a message is read or routed", "[node][http]") {
  auto const got =
      read("0\r\nContent-Length: 5\r\nHOST: b\r\ncache-control: public\r\nX: y\r\n\r\n", 100);
  CHECK(got.done);
  CHECK(got.trailers.size() == 1);
  CHECK(got.trailers.only("X") == "y");
}

TEST_CASE("chunks that are written read the same again", "[node][http]") {
  Fields trailers;
  trailers.add("X", "y");
  auto const text = chunk_head(300) + std::string(300, 'a') + "\r\n" + last_chunk(trailers);
  auto const got = read(text, 64);
  CHECK(got.done);
  CHECK(got.content == std::string(300, 'a'));
  CHECK(got.trailers == trailers);
}
