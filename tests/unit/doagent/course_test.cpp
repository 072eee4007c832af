#include "api/doagent/course.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace freshet::doagent;
using std::chrono::seconds;

namespace {

constexpr TimePoint kStart{seconds{1000}};
TimePoint at(int second) {
  return kStart + seconds{second};
}
constexpr CacheView kNone{};
constexpr CacheView kCache{true, std::nullopt};
constexpr CacheView kBanned{false, std::nullopt};

}  // namespace

TEST_CASE("attempts wait 2 4 8 16 and then always 30 seconds", "[doagent]") {
  Course course;
  course.begin(kNone, kStart);
  for (int const delay : {2, 4, 8, 16, 30, 30, 30}) {
    auto const next = course.failed({}, kNone, kStart);
    CHECK(next.side == Side::origin);
    CHECK(next.at == at(delay));
  }
  CHECK(course.failed({.progressed = true}, kNone, kStart).at == at(2));
}

TEST_CASE("the first failure of a cache host leads to the origin at once", "[doagent]") {
  Course course;
  course.begin(kCache, kStart);
  CHECK(course.side() == Side::cache);
  auto const next = course.failed({}, kCache, kStart);
  CHECK(next.side == Side::origin);
  CHECK(next.at == kStart);
}

TEST_CASE("once both were tried two attempts without progress change the side", "[doagent]") {
  Course course;
  course.begin(kCache, kStart);
  CHECK(course.failed({}, kCache, kStart).side == Side::origin);
  CHECK(course.failed({}, kCache, kStart).side == Side::origin);
  CHECK(course.failed({}, kCache, kStart).side == Side::cache);
  CHECK(course.failed({}, kCache, kStart).side == Side::cache);
  auto const back = course.failed({}, kCache, kStart);
  CHECK(back.side == Side::origin);
  CHECK(back.at > kStart);
}

TEST_CASE("a banned cache host is skipped at every choice", "[doagent]") {
  Course course;
  course.begin(kBanned, kStart);
  CHECK(course.side() == Side::origin);
  for (int i = 0; i < 5; ++i) CHECK(course.failed({}, kBanned, kStart).side == Side::origin);
}

TEST_CASE("a fallback delay keeps to the cache host for that long and to the origin after it",
          "[doagent]") {
  CacheView const cache{true, seconds{60}};
  Course course;
  course.begin(cache, kStart);
  CHECK(course.side() == Side::cache);
  auto next = course.failed({}, cache, at(10));
  CHECK(next.side == Side::cache);
  CHECK(next.at == at(12));
  next = course.failed({}, cache, at(60));
  CHECK(next.side == Side::origin);
  CHECK(next.at == at(60));
  for (int i = 0; i < 4; ++i) CHECK(course.failed({}, cache, at(70)).side == Side::origin);
  course.begin(cache, at(100));
  CHECK(course.side() == Side::origin);
}

TEST_CASE("a refusal and a ban end the wait for a cache host", "[doagent]") {
  CacheView const cache{true, seconds{60}};
  for (bool const refused : {true, false}) {
    Course course;
    course.begin(cache, kStart);
    auto after = cache;
    after.usable = refused;
    auto const next = course.failed({.refused = refused}, after, at(1));
    CHECK(next.side == Side::origin);
    CHECK(next.at == at(1));
    CHECK_FALSE(next.over);
  }
}

TEST_CASE("with no way back only the cache host is asked and its refusal is final", "[doagent]") {
  CacheView const cache{true, Duration::max()};
  CacheView const banned{false, Duration::max()};
  Course course;
  course.begin(cache, kStart);
  for (int i = 0; i < 9; ++i) {
    auto const next = course.failed({}, banned, kStart);
    CHECK(next.side == Side::cache);
    CHECK_FALSE(next.over);
  }
  CHECK(course.failed({.refused = true}, cache, kStart).over);
  course.begin(banned, kStart);
  CHECK(course.side() == Side::cache);
}

TEST_CASE("thirty looks without progress are the end unless a timeout says how many", "[doagent]") {
  auto const looks_until_end = [](std::uint64_t timeout_s) {
    Looks looks;
    int count = 1;
    while (!looks.look(0, timeout_s)) ++count;
    return count;
  };
  CHECK(looks_until_end(0) == 30);
  CHECK(looks_until_end(10) == 1);
  CHECK(looks_until_end(24) == 2);
  CHECK(looks_until_end(25) == 3);
  Looks looks;
  for (int i = 0; i < 100; ++i) CHECK_FALSE(looks.look(static_cast<Bytes>(i), 20));
  CHECK_FALSE(looks.look(99, 20));
  CHECK(looks.look(99, 20));
}
