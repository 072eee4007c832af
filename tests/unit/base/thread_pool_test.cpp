#include "engine/base/thread_pool.h"

#include <array>
#include <atomic>

#include <catch2/catch.hpp>

using namespace freshet;

TEST_CASE("a lane keeps its order and never runs twice at once and stop finishes the rest",
          "[pool]") {
  constexpr int lanes = 5;
  constexpr int tasks = 400;
  std::array<std::vector<int>, lanes> seen;
  std::array<std::atomic<int>, lanes> running{};
  std::atomic<bool> overlapped = false;
  ThreadPool pool(4);
  for (int i = 0; i < tasks; ++i) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      pool.run(lane, [&, i, lane] {
        if (++running[lane] != 1) overlapped = true;
        seen[lane].push_back(i);
        --running[lane];
      });
    }
  }
  pool.stop();

  CHECK_FALSE(overlapped);
  for (auto const& order : seen) {
    CHECK(order.size() == tasks);
    CHECK(std::is_sorted(order.begin(), order.end()));
  }
}
