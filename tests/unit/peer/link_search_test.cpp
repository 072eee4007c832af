#include "peer/link_search.h"

#include <catch2/catch.hpp>

#include <vector>

using namespace freshet;
using namespace freshet::peer;
using namespace std::chrono_literals;

TEST_CASE("a lonely content asks the link more and more rarely", "[link]") {
  LinkSearch search;
  TimePoint const begin = TimePoint{} + 1h;
  std::vector<Duration> asked;
  for (auto since = 0ms; since < 200s; since += 250ms) {
    if (search.due(begin + since, true)) asked.push_back(since);
  }
  CHECK(asked == std::vector<Duration>{1s, 3s, 7s, 15s, 31s, 63s, 123s, 183s});
}

TEST_CASE("a content with peers does not ask and begins anew when they are gone", "[link]") {
  LinkSearch search;
  TimePoint const begin = TimePoint{} + 1h;
  CHECK_FALSE(search.due(begin, true));
  CHECK(search.due(begin + 1s, true));
  CHECK_FALSE(search.due(begin + 10s, false));
  CHECK_FALSE(search.due(begin + 10s + 999ms, true));
  CHECK(search.due(begin + 11s, true));
}
