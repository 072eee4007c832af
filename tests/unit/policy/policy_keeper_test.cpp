#include "engine/policy/policy_keeper.h"

#include <catch2/catch.hpp>

#include "tests/support/sim_loop.h"
#include "tests/support/transfer_world.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

class KeptNotes final : public Notes {
 public:
  [[nodiscard]] Result<std::map<std::string, std::string>> load(std::string_view prefix) override {
    std::map<std::string, std::string> found;
    for (auto const& [name, text] : all) {
      if (name.starts_with(prefix)) found[name] = text;
    }
    return found;
  }
  void save(std::string name, std::string text, std::function<void(Result<void>)> done) override {
    all[std::move(name)] = std::move(text);
    ++saves;
    done({});
  }

  std::map<std::string, std::string> all;
  int saves = 0;
};

struct World {
  World() { open(); }
  ~World() { close(); }

  void open() {
    keeper.emplace(
        PolicyPorts{loop,
                    loop,
                    log,
                    notes,
                    [this](WallTime) { return local; },
                    [this](auto const& answer) {
                      ++looks;
                      answer(machine);
                    },
                    {},
                    [this] { return moved; },
                    [this](PolicyVerdict const& verdict) { applied.push_back(verdict); }},
        KeeperOptions{});
    REQUIRE(keeper->start(policy, {}));
  }
  void close() {
    if (!keeper) return;
    bool done = false;
    keeper->stop([&] { done = true; });
    CHECK(done);
    keeper.reset();
  }
  [[nodiscard]] bool serves_far() const { return applied.back().peers.internet.serve; }

  SimLoop loop;
  SilentLog log;
  KeptNotes notes;
  MachineState machine;
  MovedBytes moved;
  LocalTime local{"2026-11", 12};
  Policy policy;
  std::vector<PolicyVerdict> applied;
  int looks = 0;
  std::optional<PolicyKeeper> keeper;
};

}  // namespace

TEST_CASE("what holds at the start is applied at once and then when it changes", "[keeper]") {
  World world;
  REQUIRE(world.applied.size() == 1);

  world.loop.run_for(1min);
  CHECK(world.applied.size() == 1);

  world.machine.on_battery = true;
  world.loop.run_for(31s);
  REQUIRE(world.applied.size() == 2);
  CHECK_FALSE(world.applied.back().peers.lan.serve);
  CHECK(world.keeper->machine().on_battery);

  world.machine.on_battery = false;
  world.loop.run_for(31s);
  CHECK(world.applied.back() == PolicyVerdict{});
  CHECK(world.looks == 5);
}

TEST_CASE("the month's budget ends uploads and a new month begins them", "[keeper]") {
  World world;
  Policy policy;
  policy.monthly_upload_data_cap_gb = 1;
  world.keeper->set(policy, {});
  world.moved.peers.internet.sent = 1_GiB - 1;
  world.moved.peers.group.sent = 5_GiB;
  world.moved.peers.lan.sent = 5_GiB;
  world.loop.run_for(4s);
  CHECK(world.serves_far());

  world.moved.peers.internet.sent = 1_GiB;
  world.loop.run_for(4s);
  CHECK_FALSE(world.serves_far());
  CHECK(world.applied.back().peers.group.serve);
  CHECK(world.applied.back().peers.lan.serve);

  world.local.month = "2026-12";
  world.loop.run_for(4s);
  CHECK(world.serves_far());
}

TEST_CASE("the budget is that of the month and not of the process", "[keeper]") {
  World world;
  world.close();
  world.policy.monthly_upload_data_cap_gb = 1;
  world.moved = {};
  world.open();
  world.moved.peers.internet.sent = 1_GiB;
  world.loop.run_for(4s);
  REQUIRE_FALSE(world.serves_far());
  world.close();

  world.moved = {};
  world.applied.clear();
  world.open();
  CHECK_FALSE(world.serves_far());
  CHECK(world.keeper->this_month().peers.internet.sent == 1_GiB);
}

TEST_CASE("counters are saved now and then and at the end when they changed", "[keeper]") {
  World world;
  world.loop.run_for(5min);
  CHECK(world.notes.saves == 0);

  world.moved.from_origin = 10;
  world.loop.run_for(5min);
  CHECK(world.notes.saves == 1);
  CHECK(world.notes.all.contains("month/2026-11"));

  world.moved.from_origin = 20;
  world.close();
  CHECK(world.notes.saves == 2);
}

TEST_CASE("percents are of the highest rate that was seen", "[keeper]") {
  World world;
  Policy policy;
  policy.percent_max_background = 50;
  world.keeper->set(policy, {});
  CHECK(world.applied.back().background.value == 0);

  world.moved.from_origin += 2'000'000;
  world.moved.peers.lan.received += 9'000'000;
  world.loop.run_for(2s);
  CHECK(world.applied.back().background.value == 500'000);
  CHECK(world.keeper->downloading().value == 5'500'000);

  world.moved.from_origin += 200'000;
  world.loop.run_for(2s);
  CHECK(world.applied.back().background.value == 500'000);
}

TEST_CASE("business hours come and go by themselves", "[keeper]") {
  World world;
  Policy policy;
  policy.max_background_kbps = 1000;
  policy.hours_background = HourLimits{8, 18, 1, 100};
  world.moved.from_origin += 2'000'000;
  world.loop.run_for(2s);
  world.keeper->set(policy, {});
  CHECK(world.applied.back().background.value == 10'000);

  world.local.hour = 18;
  world.loop.run_for(2s);
  CHECK(world.applied.back().background.value == 1'024'000);
}
