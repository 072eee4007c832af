#include "engine/content/piece_map.h"

#include <random>
#include <set>

#include <catch2/catch.hpp>

using namespace freshet;

TEST_CASE("a piece map agrees with a set of numbers", "[piece_map]") {
  std::mt19937 random(7);
  for (std::uint32_t const size : {1U, 63U, 64U, 65U, 200U}) {
    PieceMap map(size);
    std::set<std::uint32_t> model;
    for (int step = 0; step < 500; ++step) {
      auto const piece = static_cast<std::uint32_t>(random() % size);
      if (random() % 3 == 0) {
        CHECK(map.reset(PieceIndex{piece}) == (model.erase(piece) == 1));
      } else {
        CHECK(map.set(PieceIndex{piece}) == model.insert(piece).second);
      }
      auto const from = static_cast<std::uint32_t>(random() % (size + 2));
      auto const present = model.lower_bound(from);
      CHECK(map.next_present(PieceIndex{from}) ==
            (present == model.end() ? std::nullopt : std::optional(PieceIndex{*present})));
      auto absent = from;
      while (absent < size && model.contains(absent)) ++absent;
      CHECK(map.next_absent(PieceIndex{from}) ==
            (absent >= size ? std::nullopt : std::optional(PieceIndex{absent})));
      CHECK(map.count() == model.size());
    }
    CHECK(PieceMap::from_words(size, map.words()) == map);
    std::uint32_t covered = 0;
    for (auto const range : map.present_ranges()) covered += range.size();
    for (auto const range : map.absent_ranges()) covered += range.size();
    CHECK(covered == size);
  }
}

TEST_CASE("bits past the end of stored words are ignored", "[piece_map]") {
  auto const map = PieceMap::from_words(3, {~0ULL, ~0ULL});
  CHECK(map.all());
  CHECK(map.count() == 3);
}
