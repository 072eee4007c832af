#include "engine/job/rate_meter.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace std::chrono_literals;

namespace {

TimePoint at(Duration span) {
  return TimePoint{} + span;
}

}  // namespace

TEST_CASE("a steady flow is measured exactly from the second sample on", "[job]") {
  RateMeter meter;
  for (int i = 0; i <= 10; ++i) meter.measure(at(i * 100ms), static_cast<Bytes>(i) * 1000);

  CHECK(meter.rate().value == 10'000);
}

TEST_CASE("a rate follows a change within some seconds without jumping", "[job]") {
  RateMeter meter;
  Bytes total = 0;
  for (int i = 0; i < 50; ++i) meter.measure(at(i * 100ms), total += 1000);
  meter.measure(at(5000ms), total += 10'000);

  CHECK(meter.rate().value > 10'000);
  CHECK(meter.rate().value < 15'000);
  for (int i = 1; i < 200; ++i) meter.measure(at(5000ms + i * 100ms), total);
  CHECK(meter.rate().value < 100);
}

TEST_CASE("content that starts over and pauses do not make negative or absurd rates", "[job]") {
  RateMeter meter;
  meter.measure(at(0s), 0);
  meter.measure(at(1s), 1000);
  meter.measure(at(2s), 10);

  CHECK(meter.rate().value == 1000);
  meter.pause();
  CHECK(meter.rate().value == 0);
  meter.measure(at(100s), 5000);
  meter.measure(at(101s), 5500);
  CHECK(meter.rate().value == 500);
}
