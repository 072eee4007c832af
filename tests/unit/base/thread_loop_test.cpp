#include "engine/base/thread_loop.h"

#include <future>

#include <catch2/catch.hpp>

using namespace freshet;
using namespace std::chrono_literals;

TEST_CASE("a loop runs what is posted in order on its own thread", "[loop]") {
  ThreadLoop loop("test");
  std::vector<int> order;
  std::promise<bool> inside;
  for (int i = 0; i < 100; ++i) loop.post([&, i] { order.push_back(i); });
  loop.post([&] { inside.set_value(loop.in_loop()); });

  CHECK(inside.get_future().get());
  CHECK_FALSE(loop.in_loop());
  loop.stop();
  CHECK(order.size() == 100);
  CHECK(std::is_sorted(order.begin(), order.end()));
}

TEST_CASE("timers fire in order of their time and a cancelled one never", "[loop]") {
  ThreadLoop loop("test");
  std::promise<std::string> result;
  loop.post([&] {
    auto const now = std::chrono::steady_clock::now();
    auto fired = std::make_shared<std::string>();
    (void)loop.at(now + 20ms, [&, fired] { result.set_value(*fired + "c"); });
    (void)loop.at(now + 10ms, [fired] { *fired += "b"; });
    (void)loop.at(now, [fired] { *fired += "a"; });
    loop.cancel(loop.at(now + 5ms, [fired] { *fired += "x"; }));
    loop.cancel(TimerId::none);
  });
  CHECK(result.get_future().get() == "abc");
  loop.stop();
}

TEST_CASE("what is posted before stop runs and what comes after is dropped", "[loop]") {
  ThreadLoop loop("test");
  int ran = 0;
  loop.post([&] {
    ++ran;
    loop.post([&] { ++ran; });
  });
  loop.stop();
  loop.post([&] { ++ran; });
  CHECK(ran == 2);
}
