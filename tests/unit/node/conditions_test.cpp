#include "api/node/http/conditions.h"

#include <catch2/catch.hpp>

#include "api/node/http/dates.h"

using namespace freshet;
using namespace freshet::node;
using namespace std::chrono_literals;

namespace {

constexpr auto kModified = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr auto kLater = "Sun, 06 Nov 1994 08:49:38 GMT";
constexpr auto kEarlier = "Sun, 06 Nov 1994 08:49:36 GMT";

Fields of(std::initializer_list<Field> lines) {
  Fields fields;
  for (auto const& line : lines) fields.add(line.name, line.value);
  return fields;
}

Verdict judged(std::initializer_list<Field> request) {
  return judge_conditions(of(request), of({{"ETag", "\"a\""}, {"Last-Modified", kModified}}),
                          WallTime{});
}

}  // namespace

TEST_CASE("entity tags are strong or weak and have quotes", "[node][http]") {
  CHECK(parse_entity_tag("\"a\"")->opaque == "\"a\"");
  CHECK(parse_entity_tag("W/\"a\"")->weak);
  CHECK(parse_entity_tag("\"\""));
  for (auto const text : {"", "a", "\"", "\"a", "w/\"a\"", "W/a", "\"a b\"", "\"a\"b\""}) {
    INFO(text);
    CHECK_FALSE(parse_entity_tag(text));
  }
}

TEST_CASE("If-None-Match compares weakly and wins over dates", "[node][http]") {
  CHECK(judged({{"If-None-Match", "\"a\""}}) == Verdict::not_modified);
  CHECK(judged({{"If-None-Match", "\"x\", W/\"a\""}}) == Verdict::not_modified);
  CHECK(judged({{"If-None-Match", "*"}}) == Verdict::not_modified);
  CHECK(judged({{"If-None-Match", "\"b\""}}) == Verdict::send);
  CHECK(judged({{"If-None-Match", "\"b\""}, {"If-Modified-Since", kLater}}) == Verdict::send);
  CHECK(judged({{"If-None-Match", "\"b,\\\", \"a\""}}) == Verdict::not_modified);
}

TEST_CASE("If-Modified-Since compares with what is known of the time", "[node][http]") {
  CHECK(judged({{"If-Modified-Since", kModified}}) == Verdict::not_modified);
  CHECK(judged({{"If-Modified-Since", "Sunday, 06-Nov-94 08:49:38 GMT"}}) == Verdict::not_modified);
  CHECK(judged({{"If-Modified-Since", "Sun Nov  6 08:49:38 1994"}}) == Verdict::not_modified);
  CHECK(judged({{"If-Modified-Since", kEarlier}}) == Verdict::send);
  CHECK(judged({{"If-Modified-Since", "yesterday"}}) == Verdict::send);
  CHECK(judged({{"If-Modified-Since", kLater}, {"If-Modified-Since", kLater}}) == Verdict::send);
  auto const since = of({{"If-Modified-Since", kModified}});
  CHECK(judge_conditions(since, of({{"Date", kModified}}), {}) == Verdict::not_modified);
  CHECK(judge_conditions(since, of({{"Date", kLater}}), {}) == Verdict::send);
  CHECK(judge_conditions(since, {}, WallTime{}) == Verdict::not_modified);
}

TEST_CASE("If-Match compares strongly", "[node][http]") {
  CHECK(judged({{"If-Match", "\"b\", \"a\""}}) == Verdict::send);
  CHECK(judged({{"If-Match", "W/\"a\""}}) == Verdict::precondition_failed);
  CHECK(judged({{"If-Match", "*"}}) == Verdict::send);
  CHECK(judged({{"If-Match", "\"a\""}, {"If-None-Match", "\"a\""}}) == Verdict::not_modified);
  CHECK(judged({{"If-Unmodified-Since", kModified}}) == Verdict::send);
  CHECK(judged({{"If-Unmodified-Since", kEarlier}}) == Verdict::precondition_failed);
}

TEST_CASE("If-Range lets ranges pass for the very same bytes alone", "[node][http]") {
  auto const applies = [](std::string_view value, std::initializer_list<Field> stored) {
    return range_applies(of({{"If-Range", value}}), of(stored));
  };
  CHECK(applies("\"a\"", {{"ETag", "\"a\""}}));
  CHECK_FALSE(applies("W/\"a\"", {{"ETag", "W/\"a\""}}));
  CHECK_FALSE(applies("\"a\"", {{"ETag", "W/\"a\""}}));
  CHECK_FALSE(applies("\"b\"", {{"ETag", "\"a\""}}));
  CHECK(applies(kModified, {{"Last-Modified", kModified}, {"Date", kLater}}));
  CHECK_FALSE(applies(kModified, {{"Last-Modified", kModified}, {"Date", kModified}}));
  CHECK_FALSE(applies(kLater, {{"Last-Modified", kModified}, {"Date", kLater}}));
  CHECK_FALSE(applies("nonsense", {{"ETag", "\"a\""}}));
  CHECK(range_applies({}, {}));
}

TEST_CASE("validators are strong or weak", "[node][http]") {
  CHECK(has_strong_validator(of({{"ETag", "\"a\""}})));
  CHECK_FALSE(has_strong_validator(of({{"ETag", "W/\"a\""}, {"Last-Modified", kModified}})));
  CHECK(has_strong_validator(of({{"Last-Modified", kModified}, {"Date", kLater}})));
  CHECK_FALSE(has_strong_validator(of({{"Last-Modified", kModified}, {"Date", kModified}})));
  CHECK_FALSE(has_strong_validator(of({{"Last-Modified", kModified}})));
  CHECK(has_validator(of({{"Last-Modified", kModified}})));
  CHECK_FALSE(has_validator(of({{"ETag", "a"}})));
}

TEST_CASE("conditions are taken off as a whole", "[node][http]") {
  auto fields = of({{"if-match", "*"}, {"If-Range", "\"a\""}, {"Range", "bytes=0-"}});
  CHECK(has_conditions(fields));
  remove_conditions(fields);
  CHECK_FALSE(has_conditions(fields));
  CHECK(fields.has("Range"));
}

TEST_CASE("dates are written in the preferred form", "[node][http]") {
  CHECK(to_http_date(WallTime{784111777s}) == kModified);
  CHECK(date_field(of({{"Date", kModified}}), "date") == WallTime{784111777s});
  CHECK(to_http_date(WallTime{951782400s}) == "Tue, 29 Feb 2000 00:00:00 GMT");
}
