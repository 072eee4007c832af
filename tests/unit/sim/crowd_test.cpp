#include "bench/sim/crowd.h"

#include <catch2/catch.hpp>

#include <memory>
#include <vector>

#include "bench/sim/flow_swarm.h"

namespace freshet::sim {
namespace {

using namespace std::chrono_literals;

// One seeder and some who have nothing, on equal links, without any engine.
struct Swarms {
  explicit Swarms(std::uint32_t leechers, Bytes length)
      : manifest(made_up_manifest(length, 1)),
        directory({loop,
                   network,
                   random,
                   SwarmRules{},
                   [this](auto from, auto to) {
                     return std::vector{up[from], down[to]};
                   },
                   {}}) {
    for (std::uint32_t i = 0; i <= leechers; ++i) {
      up.push_back(network.add_link(1e6));
      down.push_back(network.add_link(1e6));
      stores.push_back(std::make_unique<FlowStore>(loop, loop, FlowStore::Times{}));
      swarms.push_back(std::make_unique<FlowSwarm>(directory, *stores.back(), i));
      join(i);
    }
  }

  void join(std::uint32_t host) {
    auto& swarm = *swarms[host];
    auto& store = *stores[host];
    store.on_verified([&swarm](SpoolId spool, PieceIndex piece) { swarm.verified(spool, piece); });
    SpoolSpec spec;
    spec.identity.manifest = manifest;
    store.open(spec, [&swarm, this, host](Result<OpenedSpool> opened) {
      PieceMap present(manifest->pieces());
      if (host == 0) present.set(pieces(0, manifest->pieces()));
      swarm.join({.spool = opened->id, .content = manifest->content, .manifest = manifest},
                 present);
    });
  }

  [[nodiscard]] bool all_done() const {
    for (std::size_t i = 1; i < stores.size(); ++i) {
      if (!stores[i]->pieces_of(SpoolId{1}).all()) return false;
    }
    return true;
  }

  test::SimLoop loop;
  test::SeededRandom random{Catch::rngSeed()};
  FlowNetwork network{loop};
  std::vector<LinkId> up;
  std::vector<LinkId> down;
  std::shared_ptr<Manifest const> manifest;
  SwarmDirectory directory;
  std::vector<std::unique_ptr<FlowStore>> stores;
  std::vector<std::unique_ptr<FlowSwarm>> swarms;
};

TEST_CASE("a simulated swarm brings everything to everyone and nothing twice", "[crowd]") {
  Swarms world(8, 64_MiB);

  world.loop.run_until([&] { return world.all_done(); }, 1h);

  REQUIRE(world.all_done());
  for (std::size_t i = 1; i < world.swarms.size(); ++i) {
    CHECK(world.swarms[i]->received() == 64_MiB);
  }
  double const bound = 64.0 * (1 << 20) / 1e6;
  double const took = std::chrono::duration<double>(world.loop.elapsed()).count();
  CHECK(took >= bound);
  CHECK(took <= 3 * bound);
}

TEST_CASE("what is reserved for the origin is not asked of peers", "[crowd]") {
  Swarms world(1, 16_MiB);
  world.loop.run_ready();

  world.swarms[1]->reserve(SpoolId{1}, {pieces(0, 240)});
  world.loop.run_for(1min);

  auto const& present = world.stores[1]->pieces_of(SpoolId{1});
  CHECK(present.count() == 16);
  CHECK(present.next_present({}) == PieceIndex{240});
}

TEST_CASE("the rest of a swarm goes on when one leaves", "[crowd]") {
  Swarms world(4, 16_MiB);
  world.loop.run_for(5s);

  world.swarms[2]->leave(SpoolId{1});
  world.stores.erase(world.stores.begin() + 2);
  world.swarms.erase(world.swarms.begin() + 2);
  world.loop.run_until([&] { return world.all_done(); }, 1h);

  CHECK(world.all_done());
}

TEST_CASE("clients by HTTP alone cost a copy each and the time of all copies", "[crowd]") {
  CrowdSpec spec;
  spec.length = 16_MiB;
  spec.peers = false;

  auto const result = run_crowd(spec);

  CHECK(result.done == 8);
  CHECK(result.origin_copies == Approx(8.0).epsilon(0.01));
  CHECK(result.ratio() == Approx(8 * 1514.0 / 1448).epsilon(0.01));
  CHECK(result.wasted == Approx(0.0).margin(0.01));
}

TEST_CASE("the same crowd gives the same result", "[crowd]") {
  CrowdSpec spec;
  spec.clients = 5;
  spec.length = 4_MiB;
  spec.arrivals = 1s;

  auto const first = run_crowd(spec);
  auto const second = run_crowd(spec);

  CHECK(first.last == second.last);
  CHECK(first.mean == second.mean);
  CHECK(first.origin_copies == second.origin_copies);
}

TEST_CASE("the bound of a crowd behind thin sites is that of their links", "[crowd]") {
  CrowdSpec spec;
  spec.sites = 2;
  spec.wan = mbit(20, 20);

  CHECK(fluid_bound(spec) == Approx(64.0 * (1 << 20) * 8 / 20e6));
}

}  // namespace
}  // namespace freshet::sim
