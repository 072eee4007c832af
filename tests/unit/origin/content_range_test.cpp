#include "engine/origin/content_range.h"

#include <catch2/catch.hpp>

using namespace freshet;

TEST_CASE("Content-Range is read in all its forms", "[range]") {
  CHECK(parse_content_range("bytes 0-9/100") == ContentRange{ByteRange{0, 10}, 100});
  CHECK(parse_content_range("BYTES 5-5/6") == ContentRange{ByteRange{5, 6}, 6});
  CHECK(parse_content_range("bytes 0-9/*") == ContentRange{ByteRange{0, 10}, std::nullopt});
  CHECK(parse_content_range("bytes */100") == ContentRange{std::nullopt, 100});
  CHECK(parse_content_range(" bytes  0 - 9 / 100 ") == ContentRange{ByteRange{0, 10}, 100});
}

TEST_CASE("a Content-Range that contradicts itself or is none says nothing", "[range]") {
  for (auto const* const text :
       {"", "bytes", "bytes ", "bytes 0-9", "bytes 9-0/100", "bytes 0-100/100", "bytes */*",
        "bytes -9/100", "bytes 0-/100", "bytes 0-9/", "bytes=0-9/100", "lines 0-9/100",
        "bytes 0-9/100 x", "bytes +1-9/100", "bytes 0x1-9/100", "bytes 0-18446744073709551615/*",
        "bytes 0-9/99999999999999999999", "bytes 0-9223372036854775807/*"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_content_range(text));
  }
}

TEST_CASE("Content-Length is decimal and repeated values have to agree", "[range]") {
  CHECK(parse_content_length("0") == Bytes{0});
  CHECK(parse_content_length("1234") == Bytes{1234});
  CHECK(parse_content_length("5, 5") == Bytes{5});
  for (auto const* const text : {"", "-1", "+1", "5, 6", "5,", "1e3", "99999999999999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_content_length(text));
  }
}
