#include "api/wire/times.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace freshet::wire;
using std::chrono::milliseconds;

TEST_CASE("times are written in UTC with milliseconds and read again", "[wire]") {
  CHECK(time_text(WallTime{}) == "1970-01-01T00:00:00.000Z");
  CHECK(time_text(WallTime{milliseconds{951'827'696'007}}) == "2000-02-29T12:34:56.007Z");
  CHECK(parse_time("2000-02-29T12:34:56.007Z") == WallTime{milliseconds{951'827'696'007}});
  CHECK(parse_time("2000-02-29T12:34:56Z") == WallTime{milliseconds{951'827'696'000}});
  CHECK(time_text(WallTime{milliseconds{-1}}) == "1969-12-31T23:59:59.999Z");
  CHECK(time_text(WallTime::max()) == "9999-12-31T23:59:59.999Z");
}

TEST_CASE("what is no time is refused", "[wire]") {
  for (auto const* text :
       {"", "Z", "2000-02-30T00:00:00Z", "2000-13-01T00:00:00Z", "2000-01-01T24:00:00Z",
        "2000-01-01T00:60:00Z", "2000-01-01T00:00:60Z", "2000-01-01 00:00:00Z",
        "2000-01-01T00:00:00", "2000-01-01T00:00:00+01:00", "2000-01-01T00:00:00.1Z",
        "2000-01-01T00:00:00,123Z", "+000-01-01T00:00:00Z", "2000-01-01T00:00:00.12xZ"}) {
    CHECK_FALSE(parse_time(text));
  }
}
