// RFC 9111 §3.2, §3.4, §4.3 and §4.4: answers out of the store, and how stored responses change.
// One case a requirement.
#include <catch2/catch.hpp>

#include "api/node/cache/answer.h"
#include "api/node/cache/freshness.h"
#include "api/node/cache/update.h"
#include "tests/unit/node/exchange.h"

using namespace freshet;
using namespace freshet::node;
using namespace freshet::node::test;
using Found = std::vector<std::size_t>;
using Urls = std::vector<std::string>;
using Ranges = std::vector<ByteRange>;

namespace {

Found freshened_of(std::vector<StoredHead> const& heads, Lines lines) {
  std::vector<StoredHead const*> variants;
  for (auto const& head : heads) variants.push_back(&head);
  return freshened_by(of(lines), variants);
}

Answer answered(StoredHead const& head, Lines request, std::string method = "GET") {
  return answer_from(get(request, std::move(method)), head, 1000, at(5), "BOUNDARY");
}

StoredHead tagged(std::string tag = "\"a\"") {
  return kept({{"Cache-Control", "max-age=60"},
               {"ETag", std::move(tag)},
               {"Last-Modified", date_at(-500)},
               {"Content-Type", "text/plain"},
               {"Content-Length", "1000"}});
}

Urls invalidated(std::string_view method, unsigned status, Lines lines = {}) {
  return invalidated_by(method, *parse_url("http://a.example/x/y"), answer(lines, status));
}

}  // namespace

TEST_CASE("RFC 9111 3.2: a 304 replaces the fields it has and keeps the others",
          "[node][rfc9111]") {
  auto const head = kept({{"Cache-Control", "max-age=60"},
                          {"ETag", "\"a\""},
                          {"X-Old", "1"},
                          {"X-Both", "1"},
                          {"X-Both", "2"},
                          {"Age", "50"}});
  auto const request = get();
  auto const response = answer({{"Cache-Control", "max-age=90"},
                                {"ETag", "\"a\""},
                                {"X-Both", "3"},
                                {"X-New", "4"},
                                {"Date", date_at(100)}},
                               304);
  auto const fresh = freshened(head, {request, response, at(100), at(101)});
  CHECK(fresh.fields.only("Cache-Control") == "max-age=90");
  CHECK(fresh.fields.only("X-Old") == "1");
  CHECK(fresh.fields.joined("X-Both") == "3");
  CHECK(fresh.fields.only("X-New") == "4");
  CHECK(fresh.status == 200);
  CHECK(time_to_live(fresh, at(101), CacheRules{}) == Seconds{89});
}

TEST_CASE("RFC 9111 3.2: a 304 does not change what describes the stored bytes",
          "[node][rfc9111]") {
  auto const request = get();
  auto const response = answer({{"Content-Length", "0"},
                                {"Content-Type", "text/html"},
                                {"Content-Encoding", "gzip"},
                                {"Connection", "X-Hop"},
                                {"X-Hop", "1"},
                                {"Transfer-Encoding", "chunked"}},
                               304);
  auto const fresh = freshened(tagged(), {request, response, at(100), at(100)});
  CHECK(fresh.fields.only("Content-Length") == "1000");
  CHECK(fresh.fields.only("Content-Type") == "text/plain");
  CHECK_FALSE(fresh.fields.has("Content-Encoding"));
  CHECK_FALSE(fresh.fields.has("X-Hop"));
}

TEST_CASE("RFC 9111 4.3.4: a strong validator of a 304 freshens all that have it",
          "[node][rfc9111]") {
  CHECK(freshened_of({tagged(), tagged("\"b\""), tagged()}, {{"ETag", "\"a\""}}) == Found{0, 2});
  CHECK(freshened_of({tagged()}, {{"ETag", "\"x\""}}).empty());
}

TEST_CASE("RFC 9111 4.3.4: a weak validator of a 304 freshens the newest that has it",
          "[node][rfc9111]") {
  auto older = tagged("W/\"a\"");
  older.fields.set("Date", date_at(-10));
  CHECK(freshened_of({older, tagged("W/\"a\""), tagged("W/\"b\"")}, {{"ETag", "W/\"a\""}}) ==
        Found{1});
}

TEST_CASE("RFC 9111 4.3.4: a 304 without validator freshens the only one that has none",
          "[node][rfc9111]") {
  auto const plain = kept({{"Cache-Control", "max-age=60"}});
  CHECK(freshened_of({plain}, {}) == Found{0});
  CHECK(freshened_of({plain, plain}, {}).empty());
  CHECK(freshened_of({tagged()}, {}).empty());
}

TEST_CASE("RFC 9111 4.3.3: a 304 to our own question makes the stored one usable again",
          "[node][rfc9111]") {
  auto head = tagged();
  head.suspect = true;
  auto const request = get();
  auto const response = answer({{"ETag", "\"a\""}, {"Date", date_at(100)}}, 304);
  auto const fresh = freshened(head, {request, response, at(100), at(100)});
  CHECK(act(fresh, {}, 101) == Act::serve);
}

TEST_CASE("RFC 9111 4.3.5: an answer to HEAD that fits freshens what is stored",
          "[node][rfc9111]") {
  auto const says = [](Lines lines) { return judge_by_head(tagged(), 1000, answer(lines)); };
  CHECK(says({{"ETag", "\"a\""}, {"Content-Length", "1000"}}) == HeadSays::still_holds);
  CHECK(says({{"Last-Modified", date_at(-500)}}) == HeadSays::still_holds);
  CHECK(says({{"Content-Length", "1000"}}) == HeadSays::nothing);
}

TEST_CASE("RFC 9111 4.3.5: an answer to HEAD that differs makes what is stored suspect",
          "[node][rfc9111]") {
  auto const says = [](Lines lines) { return judge_by_head(tagged(), 1000, answer(lines)); };
  CHECK(says({{"ETag", "\"b\""}}) == HeadSays::changed);
  CHECK(says({{"ETag", "\"a\""}, {"Content-Length", "999"}}) == HeadSays::changed);
  CHECK(says({{"Last-Modified", date_at(-400)}}) == HeadSays::changed);
  CHECK(judge_by_head(tagged(), 1000, answer({}, 404)) == HeadSays::nothing);
}

TEST_CASE("RFC 9111 4.3.2: If-None-Match of a client is compared with the stored tag",
          "[node][rfc9111]") {
  auto const same = answered(tagged(), {{"If-None-Match", "W/\"a\""}});
  CHECK(same.head.status == 304);
  CHECK(same.ranges.empty());
  CHECK(answered(tagged(), {{"If-None-Match", "\"b\""}}).head.status == 200);
  CHECK(answered(tagged(), {{"If-None-Match", "*"}}).head.status == 304);
}

TEST_CASE("RFC 9111 4.3.2: If-Modified-Since of a client is compared with the stored date",
          "[node][rfc9111]") {
  CHECK(answered(tagged(), {{"If-Modified-Since", date_at(-500)}}).head.status == 304);
  CHECK(answered(tagged(), {{"If-Modified-Since", date_at(-501)}}).head.status == 200);
  auto const undated = kept({{"Cache-Control", "max-age=60"}});
  CHECK(answered(undated, {{"If-Modified-Since", date_at(0)}}).head.status == 304);
}

TEST_CASE("RFC 9111 4.3.2: If-None-Match leaves If-Modified-Since without meaning",
          "[node][rfc9111]") {
  CHECK(answered(tagged(), {{"If-None-Match", "\"b\""}, {"If-Modified-Since", date_at(0)}})
            .head.status == 200);
}

TEST_CASE("RFC 9111 4.3.2: conditions mean something for a stored 200 alone", "[node][rfc9111]") {
  auto const gone = kept({{"Cache-Control", "max-age=60"}, {"ETag", "\"a\""}}, {}, 404);
  CHECK(answered(gone, {{"If-None-Match", "\"a\""}, {"Range", "bytes=0-1"}}).head.status == 404);
}

TEST_CASE("RFC 9110 15.4.5: a 304 has the fields by which others update theirs",
          "[node][rfc9111]") {
  auto const fields = answered(tagged(), {{"If-None-Match", "\"a\""}}).head.fields;
  for (auto const name : {"Cache-Control", "Date", "ETag", "Last-Modified", "Age"}) {
    INFO(name);
    CHECK(fields.has(name));
  }
  CHECK_FALSE(fields.has("Content-Length"));
  CHECK_FALSE(fields.has("Content-Type"));
}

TEST_CASE("RFC 9110 14: ranges are answered out of a stored whole", "[node][rfc9111]") {
  auto const one = answered(tagged(), {{"Range", "bytes=10-19"}});
  CHECK(one.head.status == 206);
  CHECK(one.head.fields.only("Content-Range") == "bytes 10-19/1000");
  CHECK(one.head.fields.only("Content-Length") == "10");
  CHECK(one.ranges == Ranges{{10, 20}});
  auto const two = answered(tagged(), {{"Range", "bytes=0-9,-10"}});
  REQUIRE(two.multipart);
  CHECK(two.head.fields.only("Content-Type") == "multipart/byteranges; boundary=BOUNDARY");
  CHECK(two.head.fields.only("Content-Length") == std::to_string(two.multipart->bytes));
  CHECK(two.multipart->parts[0].head.find("Content-Type: text/plain") != std::string::npos);
}

TEST_CASE("RFC 9110 14.2: ranges that are malformed or not of a GET are ignored",
          "[node][rfc9111]") {
  CHECK(answered(tagged(), {{"Range", "bytes=9-1"}}).head.status == 200);
  CHECK(answered(tagged(), {{"Range", "lines=0-1"}}).head.status == 200);
  CHECK(answered(tagged(), {{"Range", "bytes=0-1"}}, "HEAD").head.status == 200);
}

TEST_CASE("RFC 9110 15.5.17: a range behind the end is answered with the length",
          "[node][rfc9111]") {
  auto const behind = answered(tagged(), {{"Range", "bytes=1000-"}});
  CHECK(behind.head.status == 416);
  CHECK(behind.head.fields.only("Content-Range") == "bytes */1000");
  CHECK(behind.ranges.empty());
}

TEST_CASE("RFC 9110 13.1.5: If-Range that does not fit has the whole sent", "[node][rfc9111]") {
  CHECK(answered(tagged(), {{"Range", "bytes=0-1"}, {"If-Range", "\"a\""}}).head.status == 206);
  CHECK(answered(tagged(), {{"Range", "bytes=0-1"}, {"If-Range", "\"b\""}}).head.status == 200);
}

TEST_CASE("RFC 9110 13.2.2: conditions are looked at before ranges", "[node][rfc9111]") {
  CHECK(answered(tagged(), {{"Range", "bytes=0-1"}, {"If-None-Match", "\"a\""}}).head.status ==
        304);
}

TEST_CASE("RFC 9110 9.3.2: HEAD is answered as GET without content", "[node][rfc9111]") {
  auto const head = answered(tagged(), {}, "HEAD");
  CHECK(head.head.status == 200);
  CHECK(head.head.fields.only("Content-Length") == "1000");
  CHECK(head.head.framing == Framing::none);
  CHECK(head.ranges.empty());
}

TEST_CASE("a content whose length is not known yet is sent in chunks", "[node][cache]") {
  auto const sent = answer_from(get({{"Range", "bytes=0-1"}}), tagged(), std::nullopt, at(1), "b");
  CHECK(sent.head.status == 200);
  CHECK(sent.head.framing == Framing::chunked);
  CHECK_FALSE(sent.head.fields.has("Content-Length"));
}

TEST_CASE("RFC 9111 3.4: parts are joined only under the same strong validator",
          "[node][rfc9111]") {
  auto const fields = tagged().fields;
  auto const part = [](std::string tag, std::string range, unsigned status = 206) {
    return answer({{"ETag", std::move(tag)}, {"Content-Range", std::move(range)}}, status);
  };
  CHECK(belongs_to(fields, 1000, part("\"a\"", "bytes 0-9/1000")));
  CHECK(belongs_to(fields, 1000, part("\"a\"", "bytes 0-9/*")));
  CHECK_FALSE(belongs_to(fields, 1000, part("\"b\"", "bytes 0-9/1000")));
  CHECK_FALSE(belongs_to(fields, 1000, part("W/\"a\"", "bytes 0-9/1000")));
  CHECK_FALSE(belongs_to(fields, 1000, part("\"a\"", "bytes 0-9/1001")));
  CHECK_FALSE(belongs_to(fields, 1000, part("\"a\"", "bytes 0-9/1000", 200)));
  CHECK_FALSE(belongs_to(tagged("W/\"a\"").fields, 1000, part("W/\"a\"", "bytes 0-9/1000")));
  auto const dated = kept({{"Last-Modified", date_at(-500)}}).fields;
  auto const dated_part = [](long long modified) {
    return answer({{"Last-Modified", date_at(modified)}, {"Content-Range", "bytes 0-9/10"}}, 206);
  };
  CHECK(belongs_to(dated, 10, dated_part(-500)));
  CHECK_FALSE(belongs_to(dated, 10, dated_part(-400)));
}

TEST_CASE("RFC 9111 4.4: an unsafe method that succeeds invalidates its URL", "[node][rfc9111]") {
  for (auto const method : {"POST", "PUT", "DELETE", "PATCH", "UNHEARD-OF"}) {
    INFO(method);
    CHECK(invalidated(method, 200) == Urls{"http://a.example/x/y"});
    CHECK(invalidated(method, 303).size() == 1);
  }
}

TEST_CASE("RFC 9111 4.4: errors and safe methods invalidate nothing", "[node][rfc9111]") {
  CHECK(invalidated("POST", 404).empty());
  CHECK(invalidated("POST", 500).empty());
  for (auto const method : {"GET", "HEAD", "OPTIONS", "TRACE"}) {
    CHECK(invalidated(method, 200).empty());
  }
}

TEST_CASE("RFC 9111 4.4: URLs that the answer names are invalidated on the same origin alone",
          "[node][rfc9111]") {
  CHECK(invalidated("POST", 201, {{"Location", "z"}, {"Content-Location", "/w"}}) ==
        Urls{"http://a.example/w", "http://a.example/x/y", "http://a.example/x/z"});
  CHECK(invalidated("POST", 201, {{"Location", "http://b.example/z"}}).size() == 1);
  CHECK(invalidated("POST", 201, {{"Location", "https://a.example/z"}}).size() == 1);
}
