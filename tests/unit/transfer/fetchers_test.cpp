#include "engine/transfer/fetchers.h"

#include <catch2/catch.hpp>

#include <random>

namespace freshet {
namespace {

std::vector<std::uint64_t> keys(std::size_t count) {
  std::mt19937_64 dice(Catch::rngSeed());
  std::vector<std::uint64_t> all(count);
  for (auto& key : all) key = dice();
  return all;
}

// As each of them sees it, all of them knowing each other.
std::vector<Fetchers> everyone(std::vector<std::uint64_t> const& all, std::uint32_t groups,
                               std::size_t fetchers_max) {
  std::vector<Fetchers> views;
  for (auto const own : all) {
    views.emplace_back(own, groups, fetchers_max);
    for (auto const other : all) {
      if (other != own) views.back().add(other);
    }
  }
  return views;
}

TEST_CASE("who knows nobody fetches everything", "[fetchers]") {
  Fetchers const alone(1, 10, 4);
  CHECK(alone.chosen());
  for (std::uint32_t group = 0; group < 10; ++group) CHECK(alone.owns(group));
}

TEST_CASE("every group has one owner and all owners are among the chosen", "[fetchers]") {
  auto const views = everyone(keys(50), 200, 16);

  CHECK(std::ranges::count_if(views, [](auto const& view) { return view.chosen(); }) == 16);
  for (std::uint32_t group = 0; group < 200; ++group) {
    std::size_t owners = 0;
    for (auto const& view : views) {
      if (!view.owns(group)) continue;
      ++owners;
      CHECK(view.chosen());
    }
    CHECK(owners == 1);
  }
}

TEST_CASE("of two who know each other one has more right to a group", "[fetchers]") {
  auto const all = keys(40);
  auto const views = everyone(all, 8, 16);

  for (std::size_t i = 1; i < all.size(); ++i) {
    for (std::uint32_t group = 0; group < 8; ++group) {
      CHECK(views[0].outranks_us(all[i], group) != views[i].outranks_us(all[0], group));
    }
  }
}

TEST_CASE("when a chosen one leaves only its groups change hands", "[fetchers]") {
  auto const all = keys(30);
  auto views = everyone(all, 100, 16);
  auto const leaver =
      std::ranges::find_if(views, [](auto const& view) { return view.chosen(); }) - views.begin();
  auto const before = views;

  for (auto& view : views) view.remove(all[static_cast<std::size_t>(leaver)]);

  std::size_t taken = 0;
  for (std::size_t i = 0; i < views.size(); ++i) {
    if (static_cast<std::ptrdiff_t>(i) == leaver) continue;
    for (std::uint32_t group = 0; group < 100; ++group) {
      // The one who moves up may win a group from others too.
      if (views[i].owns(group) && !before[i].owns(group)) ++taken;
      bool const lost = before[i].owns(group) && !views[i].owns(group);
      bool const newcomer = std::ranges::any_of(views, [&](auto const& other) {
        auto const index = static_cast<std::size_t>(&other - views.data());
        return other.owns(group) && !before[index].chosen();
      });
      CHECK((!lost || newcomer));
    }
  }
  CHECK(taken > 0);
}

TEST_CASE("a key that is unknown is not removed", "[fetchers]") {
  Fetchers fetchers(1, 10, 4);
  fetchers.add(2);
  fetchers.remove(3);
  CHECK(fetchers.members() == 2);
  fetchers.remove(2);
  CHECK(fetchers.members() == 1);
}

}  // namespace
}  // namespace freshet
