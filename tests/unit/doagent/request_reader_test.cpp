#include "api/doagent/request_reader.h"

#include <catch2/catch.hpp>

using namespace freshet::doagent;

namespace {

constexpr std::string_view kAsSent =
    "GET download/getstatus?Id=1 HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: DO-SDK-CPP\r\n\r\n";

std::optional<Request> read(std::string_view text) {
  RequestReader reader;
  static_cast<void>(reader.feed(text));
  return reader.broken() ? std::nullopt : reader.take();
}

}  // namespace

TEST_CASE("a target without a leading slash is read as the client sends it", "[doagent]") {
  auto const request = read(kAsSent);
  REQUIRE(request);
  CHECK(request->verb == "GET");
  CHECK(request->target == "download/getstatus?Id=1");
  CHECK(request->wanted);
  CHECK_FALSE(request->closes);
}

TEST_CASE("an agent request is read byte by byte and the next one is left", "[doagent]") {
  RequestReader reader;
  auto const both = std::string(kAsSent) + std::string(kAsSent);
  std::size_t used = 0;
  std::optional<Request> request;
  while (!request && used < both.size()) {
    used += reader.feed(std::string_view(both).substr(used, 1));
    request = reader.take();
  }
  CHECK(used == kAsSent.size());
  CHECK(reader.feed(both) == kAsSent.size());
}

TEST_CASE("bodies of agent requests are passed over", "[doagent]") {
  RequestReader reader;
  std::string_view const text = "POST download/create HTTP/1.1\r\ncontent-LENGTH: 5\r\n\r\nhello";
  CHECK(reader.feed(text.substr(0, text.size() - 1)) == text.size() - 1);
  CHECK_FALSE(reader.take());
  CHECK(reader.feed("o") == 1);
  CHECK(reader.take());
}

TEST_CASE("agent requests whose end cannot be known are broken", "[doagent]") {
  std::string const line = "POST download/create HTTP/1.1\r\n";
  CHECK_FALSE(read(line + "Transfer-Encoding: chunked\r\n\r\n"));
  CHECK_FALSE(read(line + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n12"));
  CHECK_FALSE(read(line + "Content-Length: -1\r\n\r\n"));
  CHECK_FALSE(read("nonsense\r\n\r\n"));
  CHECK_FALSE(read("GET a b HTTP/1.1\r\n\r\n"));
  CHECK_FALSE(read("GET a HTTP/2\r\n\r\n"));
  CHECK_FALSE(read("GET " + std::string(RequestReader::kHeadBytesMax, 'a')));
  CHECK(read("GET " + std::string(16 * 1024, 'a') + " HTTP/1.1\r\n\r\n"));
}

TEST_CASE("agent requests of web pages and for other hosts are not wanted", "[doagent]") {
  std::string const line = "POST /download/create HTTP/1.1\r\n";
  for (auto const* const field : {"Origin: null", "referer: http://a/", "Sec-Fetch-Mode: cors",
                                  "Host: a.example", "Host: localhost:x", "Host:"}) {
    auto const request = read(line + field + "\r\n\r\n");
    REQUIRE(request);
    CHECK_FALSE(request->wanted);
  }
  for (auto const* const field : {"Host: 127.0.0.1:8080", "HOST: LocalHost", "Accept: x"}) {
    CHECK(read(line + field + "\r\n\r\n")->wanted);
  }
}
