#include "engine/origin/judge.h"

#include <catch2/catch.hpp>

using namespace freshet;

namespace {

AnswerHead answer(int status, std::vector<AnswerHead::Field> fields) {
  return {.status = status, .version = "1.1", .fields = std::move(fields)};
}

std::optional<Errc> refused(Asked const& asked, AnswerHead const& head) {
  auto const accepted = judge(asked, head);
  return accepted ? std::nullopt : std::optional(accepted.error().code);
}

}  // namespace

TEST_CASE("a part is placed where its Content-Range says", "[judge]") {
  auto const accepted =
      judge({.begin = 100, .end = 200}, answer(206, {{"content-range", "bytes 100-199/1000"}}));
  REQUIRE(accepted);
  CHECK(accepted->begin == 100);
  CHECK(accepted->end == Bytes{200});
  CHECK(accepted->head.length == Bytes{1000});
  CHECK(accepted->head.begin == 100);
  CHECK(accepted->head.ranges);
}

TEST_CASE("a part at the end of the content may be smaller than asked for", "[judge]") {
  auto const accepted =
      judge({.begin = 100, .end = 200}, answer(206, {{"content-range", "bytes 100-149/150"}}));
  REQUIRE(accepted);
  CHECK(accepted->end == Bytes{150});
}

TEST_CASE("a changed tag is told before a changed length", "[judge]") {
  Asked const asked{.begin = 0, .end = 10, .validator = Validator{"\"a\"", {}}, .length = 1000};
  CHECK(refused(asked, answer(206, {{"content-range", "bytes 0-9/999"}, {"etag", "\"b\""}})) ==
        Errc::content_changed);
  CHECK(refused(asked, answer(206, {{"content-range", "bytes 0-9/999"}, {"etag", "\"a\""}})) ==
        Errc::length_mismatch);
  CHECK(refused(asked, answer(200, {{"content-length", "999"}, {"etag", "\"b\""}})) ==
        Errc::content_changed);
}

TEST_CASE("a whole body is framed by its length or by chunks or by the close", "[judge]") {
  auto const by_length = judge({}, answer(200, {{"content-length", "5"}}));
  CHECK(by_length->end == Bytes{5});
  CHECK_FALSE(by_length->ends_at_close);

  auto const by_chunks =
      judge({}, answer(200, {{"transfer-encoding", "chunked"}, {"content-length", "5"}}));
  CHECK_FALSE(by_chunks->end);
  CHECK_FALSE(by_chunks->head.length);
  CHECK_FALSE(by_chunks->ends_at_close);

  CHECK(judge({}, answer(200, {}))->ends_at_close);
  CHECK(refused({}, answer(200, {{"content-length", "five"}})) == Errc::protocol_error);
}

TEST_CASE("whether ranges can be had is told of a whole answer too", "[judge]") {
  CHECK(judge({}, answer(200, {{"accept-ranges", "bytes"}}))->head.ranges);
  CHECK_FALSE(judge({}, answer(200, {{"accept-ranges", "none"}}))->head.ranges);
  CHECK_FALSE(judge({}, answer(200, {}))->head.ranges);
}

TEST_CASE("a digest of the body speaks of the whole only where the whole is sent", "[judge]") {
  AnswerHead::Field const digest{"content-digest",
                                 "sha-256=:uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=:"};
  CHECK(judge({}, answer(200, {digest}))->head.repr_digest);
  CHECK_FALSE(judge({.end = 10}, answer(206, {{"content-range", "bytes 0-9/20"}, digest}))
                  ->head.repr_digest);
}

TEST_CASE("only statuses that lead somewhere are redirects", "[judge]") {
  for (int const status : {301, 302, 303, 307, 308}) {
    CHECK(is_redirect(answer(status, {{"location", "/x"}})));
    CHECK_FALSE(is_redirect(answer(status, {})));
  }
  for (int const status : {200, 300, 304, 305, 306, 309, 404}) {
    CHECK_FALSE(is_redirect(answer(status, {{"location", "/x"}})));
  }
}
