#include <catch2/catch.hpp>

#include "api/local/quota.h"

using namespace freshet::local;

TEST_CASE("one user cannot take what is left for others", "[local]") {
  Quota quota(10, 6);
  Quota::Share greedy(quota, 1);
  Quota::Share modest(quota, 2);
  CHECK(greedy.hold(6));
  CHECK_FALSE(greedy.hold(7));
  CHECK(greedy.held() == 6);
  CHECK(modest.hold(4));
  CHECK_FALSE(modest.hold(5));
  CHECK(quota.all() == 10);
}

TEST_CASE("shares give back what they hold", "[local]") {
  Quota quota(10, 10);
  {
    Quota::Share share(quota, 1);
    CHECK(share.hold(8));
    CHECK(share.hold(3));
    CHECK(quota.all() == 3);
    auto const moved = std::move(share);
    CHECK(quota.all() == 3);
  }
  CHECK(quota.all() == 0);
  Quota::Share other(quota, 1);
  CHECK(other.hold(10));
  other.release();
  CHECK(quota.all() == 0);
}
