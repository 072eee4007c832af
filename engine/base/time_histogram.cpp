#include <algorithm>
#include <chrono>

#include "freshet/counters.h"

namespace freshet {

namespace {

TimeHistogram with(std::vector<double> bounds) {
  TimeHistogram histogram;
  histogram.counts.resize(bounds.size() + 1);
  histogram.bounds = std::move(bounds);
  return histogram;
}

}  // namespace

TimeHistogram histogram_of_transfers() {
  return with({0.1, 0.5, 1, 5, 10, 30, 60, 300, 600, 1800, 3600, 14400, 86400});
}

TimeHistogram histogram_of_answers() {
  return with({0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60});
}

void TimeHistogram::add(Duration took) {
  auto const seconds = std::chrono::duration<double>(took).count();
  auto const bound = std::ranges::lower_bound(bounds, seconds);
  ++counts[static_cast<std::size_t>(bound - bounds.begin())];
  sum += seconds;
}

}  // namespace freshet
