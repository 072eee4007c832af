#include "api/demo/range_header.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace freshet::demo;

TEST_CASE("ranges are cut to the content", "[demo]") {
  CHECK(parse_range_header("bytes=0-9", 100) == ByteRange{0, 10});
  CHECK(parse_range_header("bytes=90-", 100) == ByteRange{90, 100});
  CHECK(parse_range_header("bytes=90-18446744073709551615", 100) == ByteRange{90, 100});
}

TEST_CASE("other forms of ranges and those outside are refused", "[demo]") {
  for (std::string const text : {"", "bytes=", "bytes=-5", "bytes=5", "bytes=9-5", "bytes=100-",
                                 "bytes=0-1,3-4", "bits=0-1", "bytes=a-b"}) {
    INFO(text);
    CHECK_FALSE(parse_range_header(text, 100));
  }
}

TEST_CASE("the field says which bytes follow and of how many", "[demo]") {
  CHECK(content_range_field(ByteRange{0, 10}, 100) == "bytes 0-9/100");
  CHECK(content_range_field(std::nullopt, 100) == "bytes */100");
}
