// A digest and the end of a content of unknown length come at about the same time: every order in
// which the loop and the workers can hear of them.
#include <catch2/catch.hpp>

#include "engine/base/hash.h"
#include "tests/support/sim_store.h"

using namespace freshet;
using namespace freshet::test;

namespace {

constexpr int kOrders = 2;          // Of the workers' lanes.
constexpr std::size_t kSteps = 60;  // After fewer everything was heard of.

struct Outcome {
  Result<Sealed> sealed = fail(Errc::internal);
  std::size_t early = 0;  // How often it was too early to seal.
};

// The stream has ended, and `steps` tasks of loop and workers ran. Then the content is sealed,
// again and again while pieces are missing.
class Race {
 public:
  explicit Race(std::uint64_t seed)
      : store_(std::make_shared<SimDisk>(), std::make_shared<SimKeyValue>(), {}, seed) {}

  [[nodiscard]] SpoolId receive(std::span<std::byte const> bytes, Identity identity = {}) {
    auto const opened = store_.open({{}, std::move(identity)});
    REQUIRE(opened);
    REQUIRE(store_.hand_on(opened->id, 0, bytes));
    return opened->id;
  }
  bool step(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      if (!store_.loop().run_one()) return false;
    }
    return true;
  }
  void tell(SpoolId spool, Digest const& digest) {
    store_.contents().identify(spool, {.sha256 = digest}, [](Result<void> const&) {});
  }
  [[nodiscard]] Outcome seal(SpoolId spool) {
    Outcome outcome;
    while (true) {
      outcome.sealed = store_.seal(spool);
      bool const early = !outcome.sealed && outcome.sealed.error().code == Errc::invalid_state;
      if (!early) return outcome;
      ++outcome.early;
      REQUIRE(step(1));
    }
  }

 private:
  SimStore store_;
};

void check_wrong(Outcome const& outcome) {
  REQUIRE_FALSE(outcome.sealed);
  CHECK(outcome.sealed.error().code == Errc::digest_mismatch);
}

void check_right(Outcome const& outcome, Digest const& digest) {
  REQUIRE(outcome.sealed);
  CHECK(outcome.sealed->sha256 == digest);
}

}  // namespace

TEST_CASE("a digest that was there first is compared whenever the end is heard of", "[store]") {
  auto const bytes = some_bytes(300'000);
  auto const other = sha256(some_bytes(1));
  for (int seed = 1; seed <= kOrders; ++seed) {
    for (std::size_t steps = 0; steps < kSteps; ++steps) {
      INFO("seed " << seed << ", steps " << steps);
      Race wrong(static_cast<std::uint64_t>(seed));
      auto const lie = wrong.receive(bytes, {.sha256 = other});
      REQUIRE(wrong.step(steps));
      check_wrong(wrong.seal(lie));

      Race right(static_cast<std::uint64_t>(seed));
      auto const truth = right.receive(bytes, {.sha256 = sha256(bytes)});
      REQUIRE(right.step(steps));
      auto const outcome = right.seal(truth);
      check_right(outcome, sha256(bytes));
      if (steps == 0) CHECK(outcome.early > 0);
      if (steps + 1 == kSteps) CHECK(outcome.early == 0);
    }
  }
}

TEST_CASE("a digest that comes about when the end does is compared if it came before the seal",
          "[store]") {
  auto const bytes = some_bytes(300'000);
  auto const other = sha256(some_bytes(1));
  for (int seed = 1; seed <= kOrders; ++seed) {
    for (std::size_t before = 0; before < kSteps; ++before) {
      for (std::size_t const between : {0U, 1U, 2U, 5U}) {
        INFO("seed " << seed << ", told after " << before << ", sealed " << between << " later");
        Race race(static_cast<std::uint64_t>(seed));
        auto const spool = race.receive(bytes);
        REQUIRE(race.step(before));
        bool const lies = before % 2 == 0;
        race.tell(spool, lies ? other : sha256(bytes));
        REQUIRE(race.step(between));
        auto const outcome = race.seal(spool);
        if (lies) check_wrong(outcome);
        if (!lies) check_right(outcome, sha256(bytes));
      }
    }
  }
}
