#include "api/node/http/ranges.h"

#include <catch2/catch.hpp>

#include <random>

using namespace freshet;
using namespace freshet::node;
using Ranges = std::vector<ByteRange>;

namespace {

Ranges of(std::string_view text, Bytes length) {
  auto const specs = parse_ranges(text);
  REQUIRE(specs);
  return satisfied(*specs, length);
}

}  // namespace

TEST_CASE("ranges are resolved against the length", "[node][http]") {
  CHECK(of("bytes=0-9", 100) == Ranges{{0, 10}});
  CHECK(of("Bytes = 90-", 100) == Ranges{{90, 100}});
  CHECK(of("bytes=-10", 100) == Ranges{{90, 100}});
  CHECK(of("bytes=-200", 100) == Ranges{{0, 100}});
  CHECK(of("bytes=50-200", 100) == Ranges{{50, 100}});
  CHECK(of("bytes=5-18446744073709551615", 100) == Ranges{{5, 100}});
  CHECK(of("bytes=100-", 100).empty());
  CHECK(of("bytes=-0", 100).empty());
  CHECK(of("bytes=0-", 0).empty());
  CHECK(of("bytes=100-, 0-0", 100) == Ranges{{0, 1}});
}

TEST_CASE("a malformed range is no range", "[node][http]") {
  for (auto const text :
       {"", "bytes", "bytes=", "bytes=,", "bytes=-", "bytes=1", "bytes=a-b", "bytes=2-1",
        "bytes=0-1,x", "items=0-1", "bytes=1-2-3", "bytes=+1-2", "bytes=99999999999999999999-"}) {
    INFO(text);
    CHECK_FALSE(parse_ranges(text));
  }
  std::string many = "bytes=0-0";
  for (std::size_t i = 1; i <= kRangesMax; ++i) many += ",5-5";
  CHECK_FALSE(parse_ranges(many));
}

TEST_CASE("ranges that overlap or nearly touch are sent as one", "[node][http]") {
  CHECK(of("bytes=0-9,5-19", 1000) == Ranges{{0, 20}});
  CHECK(of("bytes=0-9,20-29", 1000) == Ranges{{0, 30}});
  CHECK(of("bytes=500-509,0-9", 1000) == Ranges{{500, 510}, {0, 10}});
  CHECK(of("bytes=0-9,500-509,100-450", 1000) == Ranges{{0, 510}});
  CHECK(of("bytes=0-,0-,0-,0-", 1000) == Ranges{{0, 1000}});
}

TEST_CASE("whatever ranges are asked their union is sent once", "[node][http]") {
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    Bytes const length = random() % 3000;
    std::string text = "bytes=";
    std::vector<bool> wanted(length);
    for (auto count = random() % 8 + 1; count > 0; --count) {
      auto const first = random() % 3500;
      auto const last = first + random() % 300;
      text += std::to_string(first) + "-" + std::to_string(last) + ",";
      for (Bytes at = first; at <= last && at < length; ++at) wanted[at] = true;
    }
    INFO(text << " of " << length);
    std::vector<int> sent(length);
    for (auto const range : of(text, length)) {
      REQUIRE(range.begin < range.end);
      REQUIRE(range.end <= length);
      for (Bytes at = range.begin; at < range.end; ++at) ++sent[at];
    }
    bool right = true;
    for (Bytes at = 0; at < length; ++at) {
      right = right && sent[at] <= 1 && (sent[at] == 1 || !wanted[at]);
    }
    CHECK(right);
  }
}

TEST_CASE("several parts are as long as they said", "[node][http]") {
  auto const plan = plan_multipart({{0, 3}, {200, 201}}, 300, "text/plain", "XYZ");
  CHECK(plan.content_type == "multipart/byteranges; boundary=XYZ");
  REQUIRE(plan.parts.size() == 2);
  CHECK(plan.parts[0].head ==
        "\r\n--XYZ\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-2/300\r\n\r\n");
  Bytes bytes = plan.tail.size();
  for (auto const& part : plan.parts) bytes += part.head.size() + part.range.size();
  CHECK(plan.bytes == bytes);
  CHECK(plan.tail == "\r\n--XYZ--\r\n");
  CHECK(content_range({0, 1}, std::nullopt) == "bytes 0-0/*");
  CHECK(unsatisfied_range(7) == "bytes */7");
}
