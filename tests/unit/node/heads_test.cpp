#include <catch2/catch.hpp>

#include <vector>

#include "api/node/http/request_reader.h"
#include "api/node/http/response_reader.h"

using namespace freshet;
using namespace freshet::node;

namespace {

struct Outcome {
  unsigned refused = 0;
  bool done = false;
  RequestHead head;
  std::string left;
};

Outcome read(std::string_view text, HeadLimits limits = {}) {
  RequestReader reader(limits);
  reader.feed(text);
  Outcome outcome{.done = reader.done(), .left = std::string(text)};
  if (reader.refusal()) outcome.refused = reader.refusal()->status;
  outcome.head = reader.take();
  return outcome;
}

// A request with these lines behind its first two.
unsigned refused(std::string_view lines) {
  return read("GET / HTTP/1.1\r\nHost: a\r\n" + std::string(lines) + "\r\n").refused;
}

ResponseHead answered(std::string_view text, std::string method = "GET") {
  ResponseReader reader(std::move(method));
  reader.feed(text);
  INFO((reader.refusal() ? reader.refusal()->why : ""));
  REQUIRE(reader.done());
  return reader.take();
}

bool answer_refused(std::string_view text) {
  ResponseReader reader("GET");
  reader.feed(text);
  CHECK((!reader.refusal() || reader.refusal()->status == 502));
  return reader.refusal().has_value();
}

}  // namespace

TEST_CASE("a request is read up to the end of its head", "[node][http]") {
  auto const got =
      read("POST /a?b HTTP/1.1\r\nHost: h:80\r\nContent-Length: 3\r\nX:  y z \r\n\r\nabcGET");
  REQUIRE(got.done);
  CHECK(got.head.method == "POST");
  CHECK(got.head.target == "/a?b");
  CHECK(got.head.minor == 1);
  CHECK(got.head.framing == Framing::length);
  CHECK(got.head.body_bytes == 3);
  CHECK(got.head.fields.only("x") == "y z");
  CHECK(got.head.keep_alive);
  CHECK(got.left == "abcGET");
}

TEST_CASE("a head that comes byte by byte reads the same", "[node][http]") {
  std::string const text = "\r\nGET / HTTP/1.0\r\nConnection: x, Keep-Alive\r\nA: b\r\n\r\n";
  RequestReader reader;
  for (std::size_t at = 0; at < text.size(); ++at) {
    CHECK_FALSE(reader.done());
    auto byte = std::string_view(text).substr(at, 1);
    reader.feed(byte);
    CHECK(byte.empty());
  }
  REQUIRE(reader.done());
  auto const head = reader.take();
  CHECK(head.minor == 0);
  CHECK(head.keep_alive);
  CHECK(head.fields.only("A") == "b");
  CHECK_FALSE(reader.began());
}

TEST_CASE("requests that follow each other at once are told apart", "[node][http]") {
  std::string_view text = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n";
  RequestReader reader;
  reader.feed(text);
  REQUIRE(reader.done());
  CHECK(reader.take().target == "/1");
  reader.feed(text);
  REQUIRE(reader.done());
  CHECK(reader.take().target == "/2");
  CHECK(text.empty());
}

TEST_CASE("what two programs could read differently is refused", "[node][http]") {
  CHECK(refused("Content-Length: 1\r\nContent-Length: 1\r\n") == 400);
  CHECK(refused("Content-Length: 1, 1\r\n") == 400);
  CHECK(refused("Content-Length: +1\r\n") == 400);
  CHECK(refused("Content-Length: -1\r\n") == 400);
  CHECK(refused("Content-Length: 0x1\r\n") == 400);
  CHECK(refused("Content-Length: 1 1\r\n") == 400);
  CHECK(refused("Content-Length:\r\n") == 400);
  CHECK(refused("Content-Length: 99999999999999999999\r\n") == 400);
  CHECK(refused("Content-Length: 18446744073709551615\r\n") == 400);
  CHECK(refused("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n") == 400);
  CHECK(refused("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n") == 400);
  CHECK(refused("Transfer-Encoding: gzip, chunked\r\n") == 501);
  CHECK(refused("Transfer-Encoding: chunked, identity\r\n") == 501);
  CHECK(refused("Transfer-Encoding: xchunked\r\n") == 501);
  CHECK(refused("Transfer-Encoding:\r\n") == 501);
  CHECK(refused("Transfer-Encoding : chunked\r\n") == 400);
  CHECK(refused("A: b\r\n c\r\n") == 400);
  CHECK(refused("A\r\n") == 400);
  CHECK(refused(": b\r\n") == 400);
  CHECK(refused("A b: c\r\n") == 400);
  CHECK(refused("A: b\rc\r\n") == 400);
  CHECK(refused("A: b\nC: d\r\n") == 400);
  CHECK(refused(std::string_view("A: b\0c\r\n", 8)) == 400);
  CHECK(refused("A: b\x7f\r\n") == 400);
  CHECK(refused("Host: b\r\n") == 400);
  CHECK(refused("Connection: close, Content-Length\r\n") == 400);
  CHECK(refused("Expect: a-miracle\r\n") == 417);
  CHECK(refused("A: \xc3\xa4\r\nB:\r\n") == 0);
  CHECK(refused("Transfer-Encoding: Chunked\r\n") == 0);
}

TEST_CASE("request lines are three words with one blank between them", "[node][http]") {
  auto const line = [](std::string_view text) {
    return read(std::string(text) + "\r\nHost: a\r\n\r\n").refused;
  };
  CHECK(line("GET / HTTP/1.1") == 0);
  CHECK(line("GET / HTTP/1.7") == 0);
  CHECK(line("GET  / HTTP/1.1") == 400);
  CHECK(line("GET / x HTTP/1.1") == 400);
  CHECK(line("GET /\t HTTP/1.1") == 400);
  CHECK(line("GET /\xc3\xa4 HTTP/1.1") == 400);
  CHECK(line(" GET / HTTP/1.1") == 400);
  CHECK(line("G{T / HTTP/1.1") == 400);
  CHECK(line("GET /") == 400);
  CHECK(line("GET") == 400);
  CHECK(line("GET / HTTP/2.0") == 505);
  CHECK(line("GET / HTTP/1.10") == 400);
  CHECK(line("GET / http/1.1") == 400);
  CHECK(line("GET / RTSP/1.0") == 400);
  CHECK(line(std::string(33, 'M') + " / HTTP/1.1") == 501);
  CHECK(read("GET / HTTP/1.1\r\n\r\n").refused == 400);  // No Host.
  CHECK(read("GET / HTTP/1.0\r\n\r\n").done);
  CHECK(read("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n").refused == 400);
  CHECK(read("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n").refused == 400);
  CHECK(read("GET / HTTP/1.1\nHost: a\n\n").refused == 400);
  CHECK(read("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n").refused == 400);
  CHECK(read("\x16\x03\x01\x02\n").refused == 400);  // TLS on a plain port.
}

TEST_CASE("heads that are too large are refused before they are held", "[node][http]") {
  HeadLimits const limits{.head_bytes_max = 200, .target_bytes_max = 50, .fields_max = 3};
  CHECK(read("GET /" + std::string(50, 'a') + " HTTP/1.1\r\n", limits).refused == 414);
  CHECK(read("GET /" + std::string(300, 'a'), limits).refused == 414);
  CHECK(read("GET / HTTP/1.1\r\nHost: " + std::string(200, 'a'), limits).refused == 431);
  CHECK(read("GET / HTTP/1.1\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\n", limits).refused == 431);
  CHECK(read(std::string(202, '\r'), limits).refused != 0);
  std::string lines;
  while (lines.size() < 202) lines += "\r\n";
  CHECK(read(lines, limits).refused == 414);
}

TEST_CASE("connections persist as version and options say", "[node][http]") {
  CHECK(read("GET / HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\n").head.keep_alive == false);
  CHECK(read("GET / HTTP/1.0\r\n\r\n").head.keep_alive == false);
  CHECK(read("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n").head.keep_alive == false);
  auto const expecting =
      read("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\n");
  CHECK(expecting.head.expects_continue);
}

TEST_CASE("answers end as their status and the request say", "[node][http]") {
  auto const length = answered("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
  CHECK(length.status == 200);
  CHECK(length.reason == "OK");
  CHECK(length.framing == Framing::length);
  CHECK(length.body_bytes == 5);
  CHECK(answered("HTTP/1.1 200\r\n\r\n").framing == Framing::until_close);
  CHECK_FALSE(answered("HTTP/1.1 200 \r\n\r\n").keep_alive);
  CHECK(answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").framing ==
        Framing::chunked);
  CHECK(answered("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HEAD").framing == Framing::none);
  CHECK(answered("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n").framing ==
        Framing::none);
  CHECK(answered("HTTP/1.1 204 No\r\n\r\n").keep_alive);
  CHECK(answered("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n").keep_alive == false);
}

TEST_CASE("interim answers come before the one that counts", "[node][http]") {
  std::string_view text =
      "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  ResponseReader reader("GET");
  std::vector<unsigned> seen;
  while (!text.empty()) {
    reader.feed(text);
    REQUIRE(reader.done());
    auto const head = reader.take();
    CHECK(head.interim() == (head.status < 200));
    seen.push_back(head.status);
  }
  CHECK(seen == std::vector<unsigned>{103, 100, 200});
}

TEST_CASE("malformed answers are the fault of who sent them", "[node][http]") {
  CHECK(answer_refused("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"));
  CHECK(
      answer_refused("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"));
  CHECK(answer_refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"));
  CHECK(answer_refused("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n"));
  CHECK(answer_refused("HTTP/1.1 200 OK\nA: b\n\n"));
  CHECK(answer_refused("HTTP/1.1 20 OK\r\n"));
  CHECK(answer_refused("HTTP/1.1 600 OK\r\n"));
  CHECK(answer_refused("HTTP/1.1 2000\r\n"));
  CHECK(answer_refused("HTTP/1.1 099 OK\r\n"));
  CHECK(answer_refused("HTTP/2 200 OK\r\n"));
  CHECK(answer_refused("HTTP/1.1 101 Switching Protocols\r\n"));
  CHECK(answer_refused("ICY 200 OK\r\n"));
  CHECK(answer_refused("\r\nHTTP/1.1 200 OK\r\n"));
  CHECK(answer_refused("HTTP/1.1 200 OK\r\nA: " + std::string(40'000, 'a')));
}

TEST_CASE("heads that are written read the same again", "[node][http]") {
  RequestHead request{.method = "GET", .target = "/x"};
  request.fields.add("Host", "a");
  CHECK(to_text(request) == "GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  ResponseHead response{.status = 404};
  response.fields.add("Age", "0");
  CHECK(to_text(response) == "HTTP/1.1 404 Not Found\r\nAge: 0\r\n\r\n");
  CHECK(answered("HTTP/1.1 599 \r\nContent-Length: 0\r\n\r\n").status == 599);
}
