#include "api/demo/uplink.h"

#include <catch2/catch.hpp>

#include <vector>

using namespace freshet;
using namespace freshet::demo;
using namespace std::chrono_literals;

TEST_CASE("a limited line sends its rate and not more", "[demo]") {
  Uplink line({1000});
  auto now = TimePoint{} + 1h;
  auto const begin = now;
  Bytes sent = 0;
  for (int i = 0; i < 20; ++i) {
    line.ask(now, 100, [&] { sent += 100; });
  }
  while (auto const next = line.advance(now)) now = std::max(now, *next);

  CHECK(sent == 2000);
  CHECK(now - begin > 1850ms);
  CHECK(now - begin < 2s);
}

TEST_CASE("those who share a line are served in turn", "[demo]") {
  Uplink line({1000});
  auto const now = TimePoint{} + 1h;
  std::vector<int> order;
  for (int i = 0; i < 4; ++i) line.ask(now, 100, [&order, i] { order.push_back(i); });
  CHECK(order == std::vector{0});
  for (int i = 1; i < 4; ++i) static_cast<void>(line.advance(now + i * 100ms));

  CHECK(order == std::vector{0, 1, 2, 3});
}

TEST_CASE("an idle line saves nothing up", "[demo]") {
  Uplink line({1000});
  auto now = TimePoint{} + 1h;
  line.ask(now, 100, [] {});
  now += 10s;
  int sent = 0;
  for (int i = 0; i < 10; ++i) line.ask(now, 100, [&] { ++sent; });

  CHECK(sent == 1);
}

TEST_CASE("a line without limit lets everything through at once", "[demo]") {
  Uplink line({0});
  int sent = 0;
  for (int i = 0; i < 10; ++i) line.ask(TimePoint{}, 1_GiB, [&] { ++sent; });

  CHECK(sent == 10);
}
