// RFC 9111 §4.2, §5.1 and §5.3: lifetimes and ages. One case a requirement.
#include <catch2/catch.hpp>

#include "api/node/cache/answer.h"
#include "api/node/cache/freshness.h"
#include "tests/unit/node/exchange.h"

using namespace freshet::node;
using namespace freshet::node::test;
using namespace std::chrono_literals;

namespace {

Seconds lifetime(Lines lines, unsigned status = 200) {
  return freshness_lifetime(kept(lines, {}, status), CacheRules{});
}

Seconds age(StoredHead const& head, long long seconds) {
  return current_age(head, at(seconds));
}

}  // namespace

TEST_CASE("RFC 9111 4.2.1: s-maxage goes before max-age and max-age before Expires",
          "[node][rfc9111]") {
  CHECK(lifetime({{"Cache-Control", "max-age=60, s-maxage=70"}, {"Expires", date_at(80)}}) == 70s);
  CHECK(lifetime({{"Cache-Control", "max-age=60"}, {"Expires", date_at(80)}}) == 60s);
  CHECK(lifetime({{"Expires", date_at(80)}}) == 80s);
}

TEST_CASE("RFC 9111 4.2.1: of two values that differ none is believed", "[node][rfc9111]") {
  CHECK(lifetime({{"Cache-Control", "max-age=60"}, {"Cache-Control", "max-age=600"}}) == 0s);
  CHECK(lifetime({{"Expires", date_at(80)}, {"Expires", date_at(90)}}) == 80s);
}

TEST_CASE("RFC 9111 4.2.1: a lifetime that is no number means stale", "[node][rfc9111]") {
  CHECK(lifetime({{"Cache-Control", "max-age=abc"}, {"Last-Modified", date_at(-99999)}}) == 0s);
  CHECK(lifetime({{"Cache-Control", "max-age=-60"}}) == 0s);
}

TEST_CASE("RFC 9111 1.2.2: numbers that are too large mean very long", "[node][rfc9111]") {
  CHECK(lifetime({{"Cache-Control", "max-age=99999999999999999999"}}) == 2147483648s);
}

TEST_CASE("RFC 9111 4.2.2: a guess is made only where nothing is said", "[node][rfc9111]") {
  CHECK(lifetime({{"Last-Modified", date_at(-1000)}}) == 100s);
  CHECK(lifetime({{"Last-Modified", date_at(-1000)}, {"Cache-Control", "max-age=5"}}) == 5s);
  CHECK(lifetime({{"Last-Modified", date_at(-1000)}, {"Expires", "0"}}) == 0s);
}

TEST_CASE("RFC 9111 4.2.2: a guess is made only for statuses that allow it", "[node][rfc9111]") {
  CHECK(lifetime({{"Last-Modified", date_at(-1000)}}, 404) == 100s);
  CHECK(lifetime({{"Last-Modified", date_at(-1000)}}, 302) == 0s);
  CHECK(lifetime({{"Last-Modified", date_at(-1000)}, {"Cache-Control", "public"}}, 302) == 100s);
  CHECK(lifetime({{"Last-Modified", date_at(-100'000'000)}}) == 24h);
}

TEST_CASE("RFC 9111 4.2.3: age is what upstream caches said and the way and the stay",
          "[node][rfc9111]") {
  auto const request = get();
  auto const plain = answer({{"Cache-Control", "max-age=60"}});
  auto const head = to_store({request, plain, at(0), at(0)});
  CHECK(age(head, 0) == 0s);
  CHECK(age(head, 10) == 10s);
  auto const through = answer({{"Cache-Control", "max-age=60"}, {"Age", "20"}});
  CHECK(age(to_store({request, through, at(0), at(3)}), 10) == 20s + 3s + 7s);
}

TEST_CASE("RFC 9111 4.2.3: an old Date counts although no Age says so", "[node][rfc9111]") {
  CHECK(age(kept({{"Cache-Control", "max-age=60"}, {"Date", date_at(-50)}}), 5) == 55s);
  CHECK(age(kept({{"Date", date_at(-50)}, {"Age", "10"}}), 0) == 50s);
  CHECK(age(kept({{"Date", date_at(1000)}}), 5) == 5s);  // A clock that is ahead.
}

TEST_CASE("RFC 9111 5.1: of several ages the first counts and malformed ones do not",
          "[node][rfc9111]") {
  CHECK(age(kept({{"Age", "10, 20"}}), 0) == 10s);
  CHECK(age(kept({{"Age", "10"}, {"Age", "20"}}), 0) == 10s);
  CHECK(age(kept({{"Age", "-10"}}), 0) == 0s);
  CHECK(age(kept({{"Age", "ten"}}), 0) == 0s);
  CHECK(age(kept({{"Age", "99999999999999999999"}}), 0) == 2147483648s);
}

TEST_CASE("RFC 9111 5.3: Expires that is no date is in the past", "[node][rfc9111]") {
  for (auto const value : {"0", "-1", "", "never", "Tue, 99 Foo 2030 00:00:00 GMT"}) {
    INFO(value);
    CHECK(lifetime({{"Expires", value}, {"Last-Modified", date_at(-1000)}}) == 0s);
  }
  CHECK(lifetime({{"Expires", date_at(-10)}}) == 0s);
  CHECK(lifetime({{"Expires", "Sunday, 06-Nov-94 12:01:00 GMT"}}) == 60s);
  CHECK(lifetime({{"Expires", "Sun Nov  6 12:01:00 1994"}}) == 60s);
}

TEST_CASE("RFC 9111 5.3: Expires is relative to the origin's own date", "[node][rfc9111]") {
  CHECK(lifetime({{"Date", date_at(-1000)}, {"Expires", date_at(-940)}}) == 60s);
}

TEST_CASE("RFC 9111 4.2: a response is fresh until its age reaches its lifetime",
          "[node][rfc9111]") {
  auto const head = kept({{"Cache-Control", "max-age=60"}, {"ETag", "\"a\""}});
  CHECK(act(head, {}, 59) == Act::serve);
  CHECK(act(head, {}, 60) == Act::validate);
}

TEST_CASE("RFC 9111 5.1: what is served from the store says its age", "[node][rfc9111]") {
  auto const head = kept({{"Cache-Control", "max-age=60"}, {"Age", "5"}});
  auto const sent = answer_from(get(), head, 10, at(7), "b").head;
  CHECK(sent.fields.only("Age") == "12");
  CHECK(sent.fields.only("Date") == date_at(0));
}

TEST_CASE("RFC 9213 2.2: beside a targeted field neither Cache-Control nor Expires is read",
          "[node][rfc9111]") {
  CHECK(lifetime({{"CDN-Cache-Control", "max-age=5"},
                  {"Cache-Control", "s-maxage=60"},
                  {"Expires", date_at(80)}}) == 5s);
  CHECK(lifetime({{"CDN-Cache-Control", "public"},
                  {"Cache-Control", "max-age=60"},
                  {"Expires", date_at(80)}}) == 0s);
}

TEST_CASE("what a URL with a digest leads to stays fresh", "[node][cache]") {
  auto head = kept({{"Cache-Control", "max-age=60"}});
  head.by_digest = true;
  CHECK(freshness_lifetime(head, CacheRules{}) == 24h * 365);
}
