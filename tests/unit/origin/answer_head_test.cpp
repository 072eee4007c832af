#include "engine/origin/answer_head.h"

#include <catch2/catch.hpp>

using namespace freshet;

namespace {

bool read_all(HeadReader& reader, std::initializer_list<std::string_view> lines) {
  for (auto const line : lines) {
    if (!reader.line(line)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("a head is read with names in lower case and values trimmed", "[head]") {
  HeadReader reader;
  REQUIRE(read_all(
      reader, {"HTTP/1.1 206 Partial Content\r\n", "ETag:  \"a\" \r\n", "CONTENT-LENGTH:5\r\n"}));
  CHECK_FALSE(reader.complete());
  REQUIRE(read_all(reader, {"\r\n"}));

  CHECK(reader.complete());
  CHECK(reader.head().status == 206);
  CHECK(reader.head().version == "1.1");
  CHECK(reader.head().get("etag") == "\"a\"");
  CHECK(reader.head().get("content-length") == "5");
  CHECK_FALSE(reader.head().has("date"));
}

TEST_CASE("a head is kept as it came as far as there is room", "[head]") {
  HeadReader reader;
  auto const long_line = "X-Long: " + std::string(HeadReader::kTextBytesMax, 'x') + "\r\n";
  REQUIRE(read_all(
      reader, {"HTTP/1.1 100 Continue\r\n", "X-Early: 1\r\n", "\r\n", "HTTP/1.1 404 Not here\r\n",
               "ETag:  \"a\" \r\n", long_line, "X-Late: 1\r\n", "\r\n"}));
  CHECK(reader.head().text == "HTTP/1.1 404 Not here\r\nETag:  \"a\" \r\n");
  CHECK(reader.head().get("x-late") == "1");
}

TEST_CASE("fields of one name are joined and folded lines belong to the one before", "[head]") {
  HeadReader reader;
  REQUIRE(read_all(reader, {"HTTP/1.1 200\r\n", "Link: <a>\r\n", "Date: x\r\n", "link: <b>;\r\n",
                            "  rel=x\r\n", "\r\n"}));
  CHECK(reader.head().get("link") == "<a>, <b>; rel=x");
}

TEST_CASE("interim answers are replaced by the final one", "[head]") {
  HeadReader reader;
  REQUIRE(read_all(reader, {"HTTP/1.1 103 Early Hints\r\n", "Link: <early>\r\n", "\r\n"}));
  CHECK_FALSE(reader.complete());
  REQUIRE(read_all(reader, {"HTTP/2 200\r\n", "\r\n"}));
  CHECK(reader.complete());
  CHECK(reader.head().version == "2");
  CHECK_FALSE(reader.head().has("link"));
}

TEST_CASE("trailers do not change a head that is complete", "[head]") {
  HeadReader reader;
  REQUIRE(read_all(reader, {"HTTP/1.1 200 OK\r\n", "\r\n", "ETag: late\r\n", "\r\n"}));
  CHECK_FALSE(reader.head().has("etag"));
}

TEST_CASE("what is not HTTP is refused", "[head]") {
  for (auto const* const line : {"SSH-2.0\r\n", "HTTP/1.1\r\n", "HTTP/1.1 20\r\n",
                                 "HTTP/1.1 2x0 \r\n", "HTTP/1.1 000 \r\n", "\r\n"}) {
    HeadReader reader;
    CHECK_FALSE(reader.line(line));
  }
}

TEST_CASE("a head has a largest size over all its answers", "[head]") {
  HeadReader reader;
  std::string const line = "X: " + std::string(1000, 'x') + "\r\n";
  bool refused = false;
  for (int i = 0; i < 1000 && !refused; ++i) {
    refused = !read_all(reader, {"HTTP/1.1 100 Continue\r\n", line, "\r\n"});
  }
  CHECK(refused);
}
