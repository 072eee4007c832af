#include "api/remote/answer_reader.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace freshet::remote;

namespace {

constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: 5\r\n\r\n"
    "{\"a\"}";

Errc refusal(std::string_view text) {
  AnswerReader reader(100);
  auto const used = reader.feed(text);
  return used ? Errc::internal : used.error().code;
}

}  // namespace

TEST_CASE("an answer is read whatever pieces it comes in", "[remote]") {
  for (std::size_t size = 1; size <= kAnswer.size(); ++size) {
    AnswerReader reader(100);
    std::string body;
    for (std::size_t at = 0; at < kAnswer.size(); at += size) {
      auto const part = kAnswer.substr(at, size);
      CHECK(reader.feed(part) == part.size());
      body += reader.take_body();
    }

    REQUIRE(reader.done());
    CHECK(reader.head()->status == 200);
    CHECK(reader.head()->type == "application/json");
    CHECK(reader.head()->keep_alive);
    CHECK(body == "{\"a\"}");
  }
}

TEST_CASE("bytes after an answer are not of it", "[remote]") {
  AnswerReader reader(100);

  CHECK(reader.feed(std::string(kAnswer) + "more") == kAnswer.size());
  CHECK(reader.done());
}

TEST_CASE("an answer without a length ends with its connection", "[remote]") {
  AnswerReader reader(100);
  REQUIRE(reader.feed("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nab"));

  CHECK_FALSE(reader.done());
  CHECK_FALSE(reader.head()->keep_alive);
  REQUIRE(reader.end());
  CHECK(reader.done());
  CHECK(reader.take_body() == "ab");
}

TEST_CASE("an answer that is cut off is no answer", "[remote]") {
  AnswerReader reader(100);
  REQUIRE(reader.feed(kAnswer.substr(0, kAnswer.size() - 1)));

  CHECK(reader.end().error().code == Errc::connection_lost);
}

TEST_CASE("interim answers are passed over and some answers have no body", "[remote]") {
  AnswerReader reader(100);
  REQUIRE(reader.feed("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"));

  CHECK(reader.done());
  CHECK(reader.head()->status == 204);
}

TEST_CASE("what is no answer is refused", "[remote]") {
  CHECK(refusal("HTTP/1.0 200 OK\r\n\r\n") == Errc::protocol_error);
  CHECK(refusal("HTTP/1.1 2x0 OK\r\n\r\n") == Errc::protocol_error);
  CHECK(refusal("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") == Errc::protocol_error);
  CHECK(refusal("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n") ==
        Errc::protocol_error);
  CHECK(refusal("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n") == Errc::protocol_error);
  CHECK(refusal("HTTP/1.1 200 OK\r\n: x\r\n\r\n") == Errc::protocol_error);
  CHECK(refusal("HTTP/1.1 200 OK\r\n" + std::string(20'000, 'x')) == Errc::protocol_error);
  CHECK(refusal("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n" + std::string(101, 'x')) ==
        Errc::limit_reached);
}
