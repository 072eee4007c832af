#include <catch2/catch.hpp>

#include "api/local/http_reader.h"

using namespace freshet::local;

namespace {

constexpr std::string_view kPost =
    "POST /v1/jobs?a=1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nX-a: 1\r\n\r\nhello";

struct Outcome {
  std::vector<HttpRequest> requests;
  unsigned fault = 0;
};

// All of `bytes` in parts of this size.
Outcome read(std::string_view bytes, std::size_t part, std::size_t header_max = 1000,
             std::size_t body_max = 100) {
  HttpReader reader(header_max, body_max);
  Outcome outcome;
  std::string waiting;
  while (!bytes.empty()) {
    waiting += bytes.substr(0, part);
    bytes.remove_prefix(std::min(part, bytes.size()));
    while (true) {
      auto const fed = reader.feed(waiting);
      waiting.erase(0, fed.used);
      if (fed.fault != 0) return {std::move(outcome.requests), fed.fault};
      if (!reader.done()) break;
      outcome.requests.push_back(reader.take());
      if (waiting.empty()) break;
    }
  }
  return outcome;
}

}  // namespace

TEST_CASE("requests in a row are read however their bytes come", "[local]") {
  auto const text = std::string(kPost) + "GET / HTTP/1.0\r\n\r\n" + std::string(kPost);
  for (std::size_t part = 1; part <= text.size(); ++part) {
    auto const [requests, fault] = read(text, part);
    CHECK(fault == 0);
    REQUIRE(requests.size() == 3);
    CHECK(requests[0].method == "POST");
    CHECK(requests[0].target == "/v1/jobs?a=1");
    CHECK(requests[0].body == "hello");
    CHECK(*requests[0].header("x-A") == "1");
    CHECK(requests[0].keep_alive);
    CHECK_FALSE(requests[1].keep_alive);
    CHECK(requests[2].body == "hello");
  }
}

TEST_CASE("chunked bodies are read however their bytes come", "[local]") {
  std::string const head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  auto const text = head + "0\r\n\r\n" + head + "0\r\nX: y\r\n\r\n" + head +
                    "1\r\na\r\n5;x=y\r\nbcdef\r\n000;x\r\n\r\n" + std::string(kPost);
  for (std::size_t part = 1; part <= text.size(); ++part) {
    auto const [requests, fault] = read(text, part);
    CHECK(fault == 0);
    REQUIRE(requests.size() == 4);
    CHECK(requests[0].body.empty());
    CHECK(requests[1].body.empty());
    CHECK(requests[2].body == "abcdef");
    CHECK(requests[3].body == "hello");
  }
}

TEST_CASE("chunked bodies are read and bounded", "[local]") {
  std::string const head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  auto const right = read(head + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 7);
  REQUIRE(right.requests.size() == 1);
  CHECK(right.requests[0].body == "abcde");
  CHECK(read(head + "65\r\n" + std::string(0x65, 'x') + "\r\n0\r\n\r\n", 7).fault == 413);
}

TEST_CASE("a head is too long however its bytes come", "[local]") {
  std::string const around = "GET / HTTP/1.1\r\nA: \r\n\r\n";
  for (std::size_t size = 990; size <= 1010; ++size) {
    auto head = around;
    head.insert(around.find("\r\n\r\n"), size - around.size(), 'x');
    for (std::size_t const part : {1U, 7U, 2000U}) {
      CHECK(read(head, part).fault == (size <= 1000 ? 0U : 431U));
    }
  }
}

TEST_CASE("lines of chunks and trailers are no longer than a head", "[local]") {
  std::string const head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  std::string const filler(960, 'x');
  for (std::size_t const part : {1U, 7U, 3000U}) {
    CHECK(read(head + "1;a=" + filler + "\r\nb\r\n0\r\n\r\n", part).fault == 0);
    CHECK(read(head + "1;a=" + filler + filler + "\r\nb\r\n0\r\n\r\n", part).fault == 431);
    CHECK(read(head + "0\r\nA: " + filler + "\r\n\r\n", part).fault == 0);
    CHECK(read(head + "0\r\nA: " + filler + filler + "\r\n\r\n", part).fault == 431);
  }
}

TEST_CASE("what is too long or no request is refused with its status", "[local]") {
  CHECK(read("GET /" + std::string(2000, 'x') + " HTTP/1.1\r\n\r\n", 100).fault == 431);
  CHECK(read("GET / HTTP/1.1\r\nA: " + std::string(2000, 'x'), 1).fault == 431);
  CHECK(read("POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n", 10).fault == 413);
  CHECK(read("GET / HTTP/2.0\r\n\r\n", 10).fault == 505);
  CHECK(read("nonsense\r\n\r\n", 3).fault == 400);
  CHECK(read("GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", 100).fault == 400);
  CHECK(read("GET / HTTP/1.1\r\nA b\r\n\r\n", 100).fault == 400);
}

TEST_CASE("a field that comes twice has no value", "[local]") {
  auto const [requests, fault] = read("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 50);
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].header("Host") == nullptr);
  CHECK(requests[0].count("host") == 2);
  CHECK(requests[0].header("Origin") == nullptr);
}

TEST_CASE("a request that waits to be let on is let on once", "[local]") {
  HttpReader reader(1000, 100);
  std::string_view const head =
      "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  CHECK(reader.feed(head).used == head.size());
  CHECK(reader.take_expectation());
  CHECK_FALSE(reader.take_expectation());
  CHECK(reader.feed("ab").used == 2);
  CHECK(reader.done());
}
