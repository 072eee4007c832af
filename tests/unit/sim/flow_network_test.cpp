#include "bench/sim/flow_network.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <numeric>
#include <random>

namespace freshet::sim {
namespace {

using namespace std::chrono_literals;

double seconds(Duration span) {
  return std::chrono::duration<double>(span).count();
}

struct World {
  test::SimLoop loop;
  FlowNetwork network{loop};

  void start_and_note(std::vector<LinkId> path, double bytes, double& ended) {
    network.start(std::move(path), bytes, [this, &ended] { ended = seconds(loop.elapsed()); });
  }
  void run() {
    loop.run_until([this] { return network.flows() == 0; }, 1h);
  }
};

TEST_CASE("a flow alone takes its bytes over the slowest link of its path", "[flow]") {
  World world;
  auto const fast = world.network.add_link(1000);
  auto const slow = world.network.add_link(100);
  double ended = 0;

  world.start_and_note({fast, slow}, 500, ended);
  world.run();

  CHECK(ended == Approx(5.0));
  CHECK(world.network.carried(fast) == Approx(500));
  CHECK(world.network.carried(slow) == Approx(500));
}

TEST_CASE("flows share a link evenly and take over what an ended one leaves", "[flow]") {
  World world;
  auto const shared = world.network.add_link(100);
  double small = 0;
  double large = 0;

  world.start_and_note({shared}, 100, small);
  world.start_and_note({shared}, 300, large);
  world.run();

  CHECK(small == Approx(2.0));
  CHECK(large == Approx(4.0));
}

TEST_CASE("what a flow cannot use because of another link goes to its neighbours", "[flow]") {
  World world;
  auto const origin = world.network.add_link(100);
  auto const thin = world.network.add_link(10);
  double held = 0;
  double free = 0;

  world.start_and_note({origin, thin}, 10, held);
  world.start_and_note({origin}, 90, free);
  world.run();

  CHECK(held == Approx(1.0));
  CHECK(free == Approx(1.0));
}

TEST_CASE("a flow that is made shorter than it has moved is done at once", "[flow]") {
  World world;
  auto const link = world.network.add_link(100);
  double ended = 0;
  auto const flow =
      world.network.start({link}, 1000, [&] { ended = seconds(world.loop.elapsed()); });
  world.loop.run_for(3s);

  world.network.resize(flow, 200);
  world.run();

  CHECK(ended == Approx(3.0));
}

TEST_CASE("a cancelled flow never ends and frees its share", "[flow]") {
  World world;
  auto const link = world.network.add_link(100);
  bool cancelled_ended = false;
  double other = 0;
  auto const flow = world.network.start({link}, 1000, [&] { cancelled_ended = true; });
  world.start_and_note({link}, 150, other);
  world.loop.run_for(1s);

  world.network.cancel(flow);
  world.run();

  CHECK_FALSE(cancelled_ended);
  CHECK(other == Approx(2.0));
}

TEST_CASE("random flows keep every link within its rate and nobody can be given more", "[flow]") {
  std::mt19937 dice{Catch::rngSeed()};
  World world;
  std::vector<LinkId> links;
  std::vector<double> rates;
  for (int i = 0; i < 12; ++i) {
    rates.push_back(std::uniform_real_distribution{10.0, 100.0}(dice));
    links.push_back(world.network.add_link(rates.back()));
  }
  std::vector<std::pair<FlowId, std::vector<LinkId>>> flows;
  for (int i = 0; i < 60; ++i) {
    std::ranges::shuffle(links, dice);
    std::vector<LinkId> const path(links.begin(), links.begin() + 3);
    flows.emplace_back(world.network.start(path, 1e9, [] {}), path);
  }
  std::ranges::sort(links);

  world.loop.run_ready();

  std::vector<double> used(links.size());
  std::vector<double> largest(links.size());
  for (auto const& [flow, path] : flows) {
    for (LinkId const link : path) {
      auto const index = static_cast<std::size_t>(link);
      used[index] += world.network.rate(flow);
      largest[index] = std::max(largest[index], world.network.rate(flow));
    }
  }
  for (std::size_t i = 0; i < links.size(); ++i) CHECK(used[i] <= rates[i] * 1.000001);
  // Max-min fair: each flow has a full link on which nobody has more than it.
  for (auto const& [flow, path] : flows) {
    bool const bound = std::ranges::any_of(path, [&, each = flow](LinkId link) {
      auto const index = static_cast<std::size_t>(link);
      return used[index] >= rates[index] * 0.999999 &&
             world.network.rate(each) >= largest[index] * 0.999999;
    });
    CHECK(bound);
  }
}

// The rates of many flows over random paths, of which some end and others begin.
std::vector<double> rates_after_changes(std::size_t exact_flows_max) {
  std::mt19937 dice{Catch::rngSeed()};
  test::SimLoop loop;
  FlowNetwork network(loop, exact_flows_max);
  std::vector<LinkId> links;
  for (int i = 0; i < 80; ++i) {
    links.push_back(network.add_link(std::uniform_real_distribution{10.0, 100.0}(dice)));
  }
  std::vector<FlowId> flows;
  auto const start = [&] {
    auto const one = links[dice() % 40];
    auto const other = links[40 + dice() % 40];
    flows.push_back(network.start({one, other}, 1e9, [] {}));
  };
  for (int i = 0; i < 300; ++i) start();
  loop.run_ready();
  for (int i = 0; i < 400; ++i) {
    network.cancel(flows[dice() % flows.size()]);
    start();
    loop.run_ready();
  }
  std::vector<double> rates;
  for (auto const flow : flows) rates.push_back(network.rate(flow));
  return rates;
}

TEST_CASE("shares that are found around a change are those of filling every link", "[flow]") {
  auto const exact = rates_after_changes(100000);
  auto const around = rates_after_changes(0);

  REQUIRE(exact.size() == around.size());
  for (std::size_t i = 0; i < exact.size(); ++i) {
    CHECK(around[i] == Approx(exact[i]).epsilon(0.1));
  }
  auto const sum = [](std::vector<double> const& all) {
    return std::accumulate(all.begin(), all.end(), 0.0);
  };
  CHECK(sum(around) == Approx(sum(exact)).epsilon(0.01));
}

}  // namespace
}  // namespace freshet::sim
