// Crowds with a bad network, by seed: whatever is lost, late or out of order, all finish, nobody
// claims for ever, and the origin is spared as long as peers can reach each other.
#include <catch2/catch.hpp>

#include "bench/sim/crowd.h"
#include "tests/support/sim_dice.h"

using namespace freshet;
using namespace freshet::sim;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

constexpr char const* kFaults =
    "reorder,lost_announce,drops,partition,one_way,slow,late,origin_ends";

std::uint64_t seed_count() {
  return number_from("FRESHET_SIM_SEEDS", 300);
}

Duration up_to(Dice& dice, std::uint64_t milliseconds) {
  return 1ms + dice.below(milliseconds) * 1ms;
}

// Drawn in any case, so that all else stays as it was when the fault is calm.
Duration time_of(Dice& dice, char const* fault, double of, std::uint64_t milliseconds) {
  bool const drawn = dice.fault(fault, of);
  auto const time = up_to(dice, milliseconds);
  return drawn ? time : Duration{};
}

Span span_of(Dice& dice, char const* fault, double of) {
  auto const from = up_to(dice, 4000);
  return {from, time_of(dice, fault, of, 12'000)};
}

Weather weather_of(Dice& dice) {
  Weather weather;
  weather.jitter = time_of(dice, "reorder", 0.7, 500);
  auto const lost = static_cast<std::uint32_t>(dice.below(70));
  if (dice.fault("lost_announce", 0.4)) weather.announces_lost_percent = lost;
  weather.drops = time_of(dice, "drops", 0.3, 2000);
  weather.partition = span_of(dice, "partition", 0.3);
  weather.one_way = span_of(dice, "one_way", 0.3);
  weather.slow = span_of(dice, "slow", 0.3);
  return weather;
}

CrowdSpec crowd_of(std::uint64_t seed) {
  Dice dice(seed * 48271 + 5);
  CrowdSpec spec;
  spec.clients = static_cast<std::uint32_t>(2 + dice.below(9));
  spec.length = (1 + dice.below(12)) * 1_MiB + dice.below(100'000);
  auto const rate = static_cast<double>(10 + dice.below(90));
  spec.origin = mbit(rate, rate);
  spec.client = mbit(rate, rate);
  spec.round_trip = up_to(dice, 60);
  spec.arrivals = time_of(dice, "late", 0.5, 4000);
  spec.mishaps.origin_ends = dice.fault("origin_ends", 0.2);
  spec.seed = seed;
  spec.weather = weather_of(dice);
  spec.retry = 5s;
  // Without an origin some connection has to live for as long as a piece takes.
  auto& drops = spec.weather.drops;
  if (spec.mishaps.origin_ends && drops > 0s) drops = std::max<Duration>(drops, 1s);
  return spec;
}

double seconds(Duration time) {
  return std::chrono::duration<double>(time).count();
}

// In which all could be done with the origin alone, the bad weather over by then.
double time_alone(CrowdSpec const& spec) {
  auto const& weather = spec.weather;
  auto const bytes = static_cast<double>(spec.length) * spec.clients;
  return seconds(spec.arrivals) + bytes / spec.origin.up * 1.1 + seconds(weather.slow.length) +
         seconds(weather.one_way.length) + seconds(weather.partition.length) + 5;
}

void play(std::uint64_t seed) {
  auto const spec = crowd_of(seed);
  auto const result = run_crowd(spec);

  INFO("FRESHET_SIM_FIRST_SEED=" << seed << " FRESHET_SIM_SEEDS=1");
  INFO("faults that can be calmed: " << kFaults);
  INFO(spec.clients << " clients, " << spec.length << " bytes, ratio " << result.ratio());
  CHECK(result.done == spec.clients);
  CHECK(result.claims_left == 0);
  // Of each connection that ends a part of a block comes again, which is much of a small content.
  auto const blocks = 4.0 * kBlockBytes / static_cast<double>(spec.length);
  CHECK(result.origin_copies <= spec.clients * (1.05 + blocks));
  if (!spec.mishaps.origin_ends) CHECK(result.last <= time_alone(spec));
}

}  // namespace

TEST_CASE("whatever happens to the network of a crowd all finish", "[sim]") {
  each_seed(seed_count(), 1, play);
}
