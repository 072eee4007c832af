#include "engine/origin/http_date.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace std::chrono_literals;

namespace {

constexpr WallTime at(long seconds) {
  return WallTime{std::chrono::seconds{seconds}};
}

}  // namespace

TEST_CASE("dates are read in the three forms of HTTP", "[date]") {
  CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == at(784111777));
  CHECK(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT") == at(784111777));
  CHECK(parse_http_date("Sun Nov  6 08:49:37 1994") == at(784111777));
  CHECK(parse_http_date("Thu, 29 Feb 2024 00:00:00 GMT") == at(1709164800));
  CHECK(parse_http_date("Fri, 01-Jan-38 00:00:00 GMT") == at(2145916800));
}

TEST_CASE("what is no date says nothing", "[date]") {
  for (auto const* const text :
       {"", "0", "tomorrow", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 31 Feb 2024 00:00:00 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nev 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov 19940 08:49:37 GMT", "a b c d e f g h i"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_http_date(text));
  }
}

TEST_CASE("Retry-After is seconds or a date and never more than a day", "[date]") {
  auto const now = at(784111777);
  CHECK(parse_retry_after("0", {}, now) == Duration{0s});
  CHECK(parse_retry_after(" 120 ", {}, now) == Duration{120s});
  CHECK(parse_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", {}, now) == Duration{60s});
  CHECK(parse_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", {}, now) == Duration{0s});
  CHECK(parse_retry_after("99999999999999999999", {}, now) == Duration{24h});
  CHECK(parse_retry_after("604800", {}, now) == Duration{24h});
  CHECK(parse_retry_after("Sun, 06 Nov 2094 08:00:00 GMT", {}, now) == Duration{24h});
  CHECK(parse_retry_after("Sun, 07 Nov 9999 08:49:37 GMT", {}, now) == Duration{24h});
  for (auto const* const text : {"", "-1", "1.5", "soon", "10 s"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_retry_after(text, {}, now));
  }
}

TEST_CASE("a date in Retry-After is measured by the server's own clock", "[date]") {
  auto const now = at(1'000'000'000);
  CHECK(parse_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", at(784111777), now) == Duration{60s});
}

TEST_CASE("If-Range takes a strong tag or else an old date", "[date]") {
  auto const now = at(784111777 + 60);
  std::string const date = "Sun, 06 Nov 1994 08:49:37 GMT";
  CHECK(if_range_value({"\"a\"", date}, now) == "\"a\"");
  CHECK(if_range_value({"W/\"a\"", date}, now) == date);
  CHECK(if_range_value({"", date}, now) == date);
  CHECK(if_range_value({"", date}, now - 1s).empty());
  CHECK(if_range_value({"W/\"a\"", ""}, now).empty());
  CHECK(if_range_value({"", "yesterday"}, now).empty());
}
