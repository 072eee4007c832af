#include "api/com/courier.h"

#include <catch2/catch.hpp>

#include <future>

using namespace freshet::com;

TEST_CASE("a long work runs beside errands and is cancelled at the end", "[courier]") {
  Courier courier;
  std::promise<void> cancelled;
  std::promise<bool> own;
  bool const started = courier.start(
      [&] {
        own.set_value(courier.on_own_thread());
        cancelled.get_future().wait();
      },
      [&] { cancelled.set_value(); });
  REQUIRE(started);
  CHECK(own.get_future().get());
  CHECK_FALSE(courier.on_own_thread());

  courier.stop();

  CHECK_FALSE(courier.start([] {}, [] {}));
}

TEST_CASE("works that have ended keep nothing", "[courier]") {
  Courier courier;
  auto const held = std::make_shared<int>(1);
  for (int i = 0; i < 100; ++i) {
    std::promise<void> ran;
    REQUIRE(courier.start([&ran, held] { ran.set_value(); }, [] {}));
    ran.get_future().wait();
  }
  courier.stop();
  CHECK(held.use_count() == 1);
}
