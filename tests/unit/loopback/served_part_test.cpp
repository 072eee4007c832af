#include "api/loopback/served_part.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace freshet::loopback;

namespace {

ServedPart of(std::string_view range, std::string_view if_range = {}, Bytes length = 100) {
  return served_part({range, if_range}, length, "\"v1\"");
}

bool has(ServedPart const& part, std::string_view line) {
  return part.fields.find(std::string(line) + "\r\n") != std::string::npos;
}

}  // namespace

TEST_CASE("without a range all of a file is served", "[loopback]") {
  auto const part = of("");
  CHECK(part.status == 200);
  CHECK(part.range == ByteRange{0, 100});
  CHECK(has(part, "Content-Length: 100"));
  CHECK(has(part, "Accept-Ranges: bytes"));
  CHECK(has(part, "ETag: \"v1\""));
}

TEST_CASE("one range of a file is served with its place", "[loopback]") {
  auto part = of("bytes=0-3");
  CHECK(part.status == 206);
  CHECK(part.range == ByteRange{0, 4});
  CHECK(has(part, "Content-Range: bytes 0-3/100"));
  CHECK(has(part, "Content-Length: 4"));
  part = of("bytes=90-");
  CHECK(part.range == ByteRange{90, 100});
  part = of("bytes=-8");
  CHECK(part.range == ByteRange{92, 100});
  part = of("bytes=90-4000");
  CHECK(part.range == ByteRange{90, 100});
}

TEST_CASE("a range beyond a file is refused with its length", "[loopback]") {
  auto const part = of("bytes=100-");
  CHECK(part.status == 416);
  CHECK(part.range.empty());
  CHECK(has(part, "Content-Range: bytes */100"));
  CHECK(has(part, "Content-Length: 0"));
}

TEST_CASE("several ranges and other units and other versions are served as a whole", "[loopback]") {
  CHECK(of("bytes=0-1,5-6").status == 200);
  CHECK(of("lines=0-1").status == 200);
  CHECK(of("bytes=5-2").status == 200);
  CHECK(of("bytes=0-3", "\"v0\"").status == 200);
  CHECK(of("bytes=0-3", "\"v1\"").status == 206);
  CHECK(of("", "", 0).range.empty());
}
