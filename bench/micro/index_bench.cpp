// How long a node that was killed takes to open its index again, and whether it is slower at first:
// with few objects and with a million, side by side.
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

#include "api/node/objects/object_index.h"
#include "tests/support/many_objects.h"
#include "tests/support/real_store.h"
#include "tests/support/temp_folder.h"

using namespace freshet;
using namespace freshet::test;

namespace {

constexpr std::size_t kFinds = 2000;
constexpr std::size_t kRuns = 3;
constexpr std::uint64_t kFew = 1'000;
constexpr std::uint64_t kMany = 1'000'000;

double ms_since(TimePoint begin) {
  auto const took = std::chrono::steady_clock::now() - begin;
  return std::chrono::duration<double, std::milli>(took).count();
}

// Times of single look-ups all over the index, in order.
std::vector<double> finds(node::ObjectIndex const& index, std::uint64_t count, std::uint64_t step) {
  std::vector<double> took;
  for (std::uint64_t i = 0; i < kFinds; ++i) {
    auto const begin = std::chrono::steady_clock::now();
    auto const found = index.find(many_objects_url(i * step % count));
    took.push_back(ms_since(begin));
    REQUIRE(found);
    REQUIRE(found->size() == 1);
  }
  std::ranges::sort(took);
  return took;
}

void print(char const* what, std::vector<double> const& took) {
  std::printf("  %-22s median %.3f ms, of 100 the slowest %.3f ms\n", what, took[took.size() / 2],
              took[took.size() * 99 / 100]);
}

// The folder holds the index of a node that was killed.
void measure(TempFolder const& folder, std::uint64_t count) {
  auto const begin = std::chrono::steady_clock::now();
  RealStore store(folder.path());
  SteadyClock clock;
  auto const index = node::ObjectIndex::open(store.store().objects(), clock, {});
  REQUIRE(index);
  auto const first = index->find(many_objects_url(count / 2));
  auto const opened = ms_since(begin);
  REQUIRE(first);
  REQUIRE(index->sums().objects == count);
  std::printf("%8llu objects: killed, opened and the first found after %.1f ms\n",
              static_cast<unsigned long long>(count), opened);
  print("found at once", finds(*index, count, 104'729));
  print("and once more", finds(*index, count, 104'729));
}

}  // namespace

TEST_CASE("a node that was killed opens its index", "[bench]") {
  // All are written first: their writers are forked, which must be before there are threads.
  std::array<TempFolder, kRuns> const few;
  std::array<TempFolder, kRuns> const many;
  for (auto const& folder : few) REQUIRE(write_many_objects(folder.path(), kFew));
  for (auto const& folder : many) REQUIRE(write_many_objects(folder.path(), kMany));
  for (auto const& folder : few) measure(folder, kFew);
  for (auto const& folder : many) measure(folder, kMany);
}
