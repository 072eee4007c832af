// What many small files cost their origin when many fetch them at once: the engine's transfers over
// flows, in virtual time (docs/swarm.md, "Many small contents").
#include <catch2/catch.hpp>

#include "bench/sim/many_files.h"

using namespace freshet;
using namespace freshet::sim;
using namespace std::chrono_literals;

namespace {

// Seconds that the origin needs for one copy of everything.
double one_copy(FilesSpec const& spec) {
  return static_cast<double>(spec.length) * spec.files / spec.origin.up;
}

}  // namespace

TEST_CASE("eight clients that fetch many small files cost one copy of them", "[files]") {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    FilesSpec const spec{.seed = seed};
    auto const result = run_files(spec);
    INFO("seed " << seed << " last " << result.last);
    CHECK(result.done == 8);
    CHECK(result.origin_copies <= 1.1);
    CHECK(result.last <= 3 * one_copy(spec));
  }
}

TEST_CASE("those who come one after another cost one copy of many small files", "[files]") {
  auto const result = run_files({.arrivals = 4s});
  CHECK(result.done == 8);
  CHECK(result.origin_copies <= 1.1);
}

TEST_CASE("a slow origin is waited for as long as it takes", "[files]") {
  FilesSpec const spec{.files = 32, .origin = mbit(2, 2)};
  auto const result = run_files(spec);
  INFO("last " << result.last);
  CHECK(result.done == 8);
  CHECK(result.origin_copies <= 1.5);
}

TEST_CASE("who fetches many small files alone waits for nobody", "[files]") {
  auto const plain = run_files({.clients = 1, .peers = false});
  auto const alone = run_files({.clients = 1});
  CHECK(alone.done == 1);
  CHECK(alone.last <= plain.last * 1.03);
}

TEST_CASE("many small files come from a neighbour as quickly as from the origin", "[files]") {
  for (bool const near : {true, false}) {
    auto const result =
        run_files({.clients = 2, .arrivals = 8s, .connect = near ? Duration{10ms} : 150ms});
    INFO((near ? "near" : "far") << " took " << result.longest);
    CHECK(result.done == 2);
    CHECK(result.origin_copies <= 1.1);
    CHECK(result.longest <= (near ? 1.1 : 1.35) * one_copy(FilesSpec{}));
  }
}

TEST_CASE("a slow member of the company holds up no more than what it has begun", "[files]") {
  auto const plain = run_files({.clients = 1, .peers = false});
  for (double const rate : {64e3, 1e6}) {
    auto const beside = run_files({.clients = 2, .slow_down = rate});
    INFO("bytes a second " << rate);
    CHECK(beside.shortest <= plain.last * 1.15);
  }
}

TEST_CASE("who says of many small files what is not so costs one lease", "[files]") {
  auto const plain = run_files({.clients = 1, .peers = false});
  for (auto const liar : {FileLiar::fetches, FileLiar::has}) {
    auto const beside = run_files({.clients = 1, .liar = liar});
    INFO("liar " << static_cast<int>(liar));
    REQUIRE(beside.done == 1);
    CHECK(beside.last <= plain.last + 3.5);

    auto const crowd = run_files({.clients = 8, .liar = liar});
    CHECK(crowd.done == 8);
    CHECK(crowd.origin_copies <= 1.4);
  }
}

TEST_CASE("when half of those who fetch many small files leave the others finish", "[files]") {
  auto const result = run_files({.leave = 4, .leave_at = 2s});
  CHECK(result.done == 4);
  CHECK(result.origin_copies <= 1.5);
}
