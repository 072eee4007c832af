#include "api/node/upstream/range_plan.h"

#include <catch2/catch.hpp>
#include <random>

namespace freshet::node {

namespace {

constexpr RangePlanOptions kOptions{
    .streams_max = 2, .urgent_streams_max = 3, .range_bytes = 64_KiB};

}  // namespace

TEST_CASE("ranges follow what is on its way without a gap and without overlap", "[range_plan]") {
  RangePlan plan(200_KiB, {}, kOptions);
  plan.started({0, 64_KiB});

  CHECK(plan.next() == ByteRange{64_KiB, 128_KiB});
  CHECK(plan.next() == std::nullopt);  // Two are under way.
  plan.ended({0, 64_KiB}, 64_KiB);
  CHECK(plan.next() == ByteRange{128_KiB, 192_KiB});
  plan.ended({64_KiB, 128_KiB}, 128_KiB);
  CHECK(plan.next() == ByteRange{192_KiB, 200_KiB});
  CHECK(plan.next() == std::nullopt);
}

TEST_CASE("what somebody waits for is fetched at once and what follows it next", "[range_plan]") {
  RangePlan plan(1_MiB, {}, kOptions);
  plan.started({0, 64_KiB});
  REQUIRE(plan.next() == ByteRange{64_KiB, 128_KiB});

  plan.want(700'000);

  auto const urgent = plan.next();
  REQUIRE(urgent);
  CHECK(urgent->begin == 700'000 / (16_KiB) * 16_KiB);
  CHECK(urgent->size() == 64_KiB);
  plan.ended({0, 64_KiB}, 64_KiB);
  plan.ended({64_KiB, 128_KiB}, 128_KiB);
  CHECK(plan.next()->begin == urgent->end);
}

TEST_CASE("what is there already is never fetched", "[range_plan]") {
  RangeSet present;
  present.add({64_KiB, 192_KiB});
  RangePlan plan(256_KiB, present, kOptions);

  CHECK(plan.next() == ByteRange{0, 64_KiB});
  CHECK(plan.next() == ByteRange{192_KiB, 256_KiB});
  CHECK(plan.next() == std::nullopt);
  plan.ended({0, 64_KiB}, 64_KiB);
  plan.ended({192_KiB, 256_KiB}, 256_KiB);
  CHECK(plan.complete());
}

TEST_CASE("what did not come of a range is fetched again", "[range_plan]") {
  RangePlan plan(64_KiB, {}, kOptions);
  auto const range = plan.next();
  REQUIRE(range == ByteRange{0, 64_KiB});

  plan.ended(*range, 32_KiB);

  CHECK_FALSE(plan.complete());
  CHECK(plan.next() == ByteRange{32_KiB, 64_KiB});
}

TEST_CASE("any order of wishes and failures ends with every byte fetched once", "[range_plan]") {
  auto const seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  Bytes const length = 3'000'000;
  RangePlan plan(length, {}, kOptions);
  std::vector<ByteRange> flying;
  RangeSet there;
  for (int turns = 0; turns < 10'000 && !plan.complete(); ++turns) {
    if (random() % 4 == 0) plan.want(random() % length);
    for (auto range = plan.next(); range; range = plan.next()) flying.push_back(*range);
    REQUIRE_FALSE(flying.empty());
    auto const pick = random() % flying.size();
    auto const range = flying[pick];
    flying.erase(flying.begin() + static_cast<std::ptrdiff_t>(pick));
    bool const breaks = random() % 3 == 0;
    auto const reached = breaks ? range.begin + range.size() / 2 / (16_KiB) * 16_KiB : range.end;
    REQUIRE_FALSE(there.overlaps({range.begin, reached}));
    there.add({range.begin, reached});
    plan.ended(range, reached);
  }
  CHECK(plan.complete());
  CHECK(there.size() == length);
}

}  // namespace freshet::node
