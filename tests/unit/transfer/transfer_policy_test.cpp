// What policies make of a transfer's sources.
#include <catch2/catch.hpp>

#include <set>

#include "engine/transfer/transfers.h"
#include "tests/support/quiet_swarm.h"
#include "tests/support/transfer_world.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

// Only remembers who is in.
class EmptySwarm final : public QuietSwarm {
 public:
  void join(SwarmSpec spec, PieceMap const&) override { joined.insert(spec.spool); }
  void leave(SpoolId spool) override { joined.erase(spool); }

  std::set<SpoolId> joined;
};

struct World : TransferWorld {
  World() : bytes(sim_bytes(1 << 20)), origin_server(serve("origin", bytes)) {}

  [[nodiscard]] Wish known(Priority priority = Priority::foreground) const {
    auto made = TransferWorld::wish({"origin"});
    made.file.content = manifest_of(bytes)->content;
    made.priority = priority;
    return made;
  }
  void with_swarm(EmptySwarm& swarm) {
    transfers.reset();  // It tells the ports to forget their listener.
    transfers = std::make_unique<Transfers>(
        TransferPorts{loop, loop, random, log, store, origin, &swarm}, TransferOptions{});
  }
  Duration time_of(WishId id) {
    auto const begin = loop.now();
    CHECK(run(id));
    return loop.now() - begin;
  }

  std::string bytes;
  SimServer& origin_server;
};

TransferPolicy with_cache(std::vector<std::string> hosts) {
  TransferPolicy policy;
  policy.cache_hosts = std::move(hosts);
  return policy;
}

}  // namespace

TEST_CASE("a cache host that works spares the origin", "[transfer_policy]") {
  World world;
  auto& cache = world.serve("cache", world.bytes, "another tag");
  world.transfers->set_policy(with_cache({"cache"}));

  auto const wish = world.want(world.known());

  REQUIRE(world.run(wish));
  CHECK(world.bytes_of(wish) == world.bytes);
  CHECK(world.origin_server.requests == 0);
  CHECK(cache.requests > 0);
  CHECK(world.transfers->fetched().from_cache_hosts == world.bytes.size());
  CHECK(world.transfers->fetched().from_origin == 0);
  CHECK(world.transfers->fetched().files == 1);
  CHECK(world.transfers->progress(wish).from_cache_hosts == world.bytes.size());
}

TEST_CASE("a cache host that fails leads to the origin at once", "[transfer_policy]") {
  World world;
  world.serve("cache", world.bytes).down = Error{Errc::connect_failed, {}, "down"};
  auto& other = world.serve("other", world.bytes);
  world.transfers->set_policy(with_cache({"cache"}));

  auto const wish = world.want(world.known());

  CHECK(world.time_of(wish) < 1s);
  CHECK(world.origin_server.requests > 0);
  CHECK(other.requests == 0);
}

TEST_CASE("with a delay failing cache hosts are tried in turn before the origin",
          "[transfer_policy]") {
  World world;
  auto& cache = world.serve("cache", world.bytes);
  auto& other = world.serve("other", world.bytes);
  cache.down = other.down = Error{Errc::connect_failed, {}, "down"};
  auto policy = with_cache({"cache", "other"});
  policy.background.cache_delay = 20s;
  world.transfers->set_policy(policy);

  auto const wish = world.want(world.known(Priority::normal));
  world.loop.run_for(19s);
  CHECK(world.origin_server.requests == 0);
  CHECK(cache.requests > 1);
  CHECK(other.requests > 1);

  REQUIRE(world.run(wish));
  CHECK(world.origin_server.requests > 0);
  CHECK(world.loop.elapsed() < 22s);
}

TEST_CASE("what a cache host sends must be judged by something else", "[transfer_policy]") {
  World world;
  auto& cache = world.serve("cache", sim_bytes(1 << 20, 7));
  world.transfers->set_policy(with_cache({"cache"}));

  auto const unknown = world.want(TransferWorld::wish({"origin"}));
  REQUIRE(world.run(unknown));
  CHECK(cache.requests == 0);

  World lied;
  lied.serve("cache", sim_bytes(1 << 20, 7));
  lied.transfers->set_policy(with_cache({"cache"}));
  auto const wish = lied.want(lied.known());
  REQUIRE(lied.run(wish));
  CHECK(lied.bytes_of(wish) == lied.bytes);
}

TEST_CASE("peers alone may bring a known content for a while", "[transfer_policy]") {
  EmptySwarm swarm;  // Before the world, whose end it hears of.
  World world;
  world.with_swarm(swarm);
  TransferPolicy policy;
  policy.foreground.origin_delay = 30s;
  world.transfers->set_policy(policy);

  auto const wish = world.want(world.known());
  world.loop.run_for(29s);
  CHECK(world.origin_server.requests == 0);
  CHECK(swarm.joined.size() == 1);
  REQUIRE(world.run(wish));
  CHECK(world.loop.elapsed() < 31s);

  auto const background = world.known(Priority::low);
  CHECK(world.time_of(world.want(background)) < 1s);
}

TEST_CASE("where there can be no peers the origin is not delayed", "[transfer_policy]") {
  TransferPolicy policy;
  policy.foreground.origin_delay = 30s;
  World without;
  without.transfers->set_policy(policy);
  CHECK(without.time_of(without.want(without.known())) < 1s);

  EmptySwarm swarm;  // Before the world, whose end it hears of.
  World forbidden;
  forbidden.with_swarm(swarm);
  policy.peers = false;
  forbidden.transfers->set_policy(policy);
  CHECK(forbidden.time_of(forbidden.want(forbidden.known())) < 1s);
}

TEST_CASE("contents below the least size are not brought to peers", "[transfer_policy]") {
  EmptySwarm swarm;  // Before the world, whose end it hears of.
  World world;
  world.with_swarm(swarm);
  TransferPolicy policy;
  policy.peer_bytes_min = (1 << 20) + 1;
  world.transfers->set_policy(policy);
  world.origin_server.rate = 1 << 20;

  static_cast<void>(world.want(world.known()));
  world.loop.run_for(500ms);

  CHECK(swarm.joined.empty());
}

TEST_CASE("all transfers of a kind share its limit and a slower job keeps its own",
          "[transfer_policy]") {
  World world;
  world.origin_server.rate = 1 << 18;
  auto const limits = [&] {
    std::set<std::uint64_t> rates;
    for (auto const id : world.origin.open_fetches()) {
      rates.insert(world.origin.fetch_limits[id].rate.value);
    }
    return rates;
  };
  auto wish = world.known(Priority::normal);
  wish.limit = {LimitId{1}, BytesPerSecond{5000}};
  auto const id = world.want(wish);
  world.loop.run_for(500ms);
  REQUIRE(limits() == std::set<std::uint64_t>{5000});

  TransferPolicy policy;
  policy.background.limit = {9000};
  world.transfers->set_policy(policy);
  CHECK(limits() == std::set<std::uint64_t>{5000});
  policy.background.limit = {4000};
  world.transfers->set_policy(policy);
  CHECK(limits() == std::set<std::uint64_t>{4000});
  policy.foreground.limit = {1};
  world.transfers->set_policy(policy);
  CHECK(limits() == std::set<std::uint64_t>{4000});
  world.transfers->set_policy({});
  CHECK(limits() == std::set<std::uint64_t>{5000});
  CHECK(world.transfers->counts().background == 1);
  CHECK(world.transfers->counts().origin_connections >= 1);
  world.transfers->drop(id);
}
