// How peers find each other: told, on the link and through others.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <thread>

#include "engine/content/manifest.h"
#include "tests/integration/peer/net_space.h"
#include "tests/integration/peer/swarm_host.h"
#include "tests/support/best_time.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

bool met(SwarmHost::Heard const& heard) {
  return !heard.peers.empty();
}

struct Sample {
  std::string bytes = some_bytes(2'000'000);
  std::shared_ptr<Manifest const> manifest = manifest_of(bytes);
};

struct Spaces {
  std::unique_ptr<NetSpace> one = NetSpace::make();
  std::unique_ptr<NetSpace> other = one ? NetSpace::make() : nullptr;

  explicit operator bool() const { return one && other; }
};

#define NEEDS_SPACES(spaces)                                    \
  if (!(spaces)) {                                              \
    WARN("skipped: network namespaces are not permitted here"); \
    return;                                                     \
  }

// The time from when the taker joins until it has met someone.
Duration first_peer(NetSpace const& one, NetSpace const& other, Sample const& sample) {
  SwarmHost giver(SwarmOptions{}, [&] { one.enter(); });
  giver.share(sample.manifest, sample.bytes);
  SwarmHost taker(SwarmOptions{}, [&] { other.enter(); });
  auto const begin = Clock::now();
  taker.get(sample.manifest, {});
  REQUIRE(taker.wait_until(met));
  auto const took = Clock::now() - begin;
  CHECK(taker.store.wait_for_all(kSpool));
  return std::chrono::duration_cast<Duration>(took);
}

}  // namespace

TEST_CASE("a peer that was told by address is met at once", "[peer]") {
  Sample const sample;
  SwarmHost giver("127.0.0.2");
  giver.share(sample.manifest, sample.bytes);
  // Where within the session's second a content joins must not matter.
  for (int i = 0; i < 4; ++i) {
    auto const took = best_time(300ms, [&] {
      SwarmHost taker("127.0.0.3");
      auto const begin = Clock::now();
      taker.get(sample.manifest, {giver.endpoint()});
      REQUIRE(taker.wait_until(met));
      return Clock::now() - begin;
    });
    CHECK(took < 300ms);
  }
}

TEST_CASE("a neighbour on an IPv4 link is found within a second", "[peer]") {
  Spaces const spaces;
  NEEDS_SPACES(spaces);
  spaces.one->connect(*spaces.other, "v0", "10.9.0.1/24", "10.9.0.2/24");
  CHECK(best_time(1s, [&] { return first_peer(*spaces.one, *spaces.other, {}); }) < 1s);
}

TEST_CASE("a neighbour on an IPv6 link is found within a second", "[peer]") {
  Spaces const spaces;
  NEEDS_SPACES(spaces);
  spaces.one->connect(*spaces.other, "v0", "fd00:9::1/64", "fd00:9::2/64");
  CHECK(best_time(1s, [&] { return first_peer(*spaces.one, *spaces.other, {}); }) < 1s);
}

TEST_CASE("neighbours on each of several links are found", "[peer]") {
  Spaces const spaces;
  NEEDS_SPACES(spaces);
  auto const third = NetSpace::make();
  REQUIRE(third);
  spaces.one->connect(*spaces.other, "v0", "10.9.0.1/24", "10.9.0.2/24");
  spaces.one->connect(*third, "v1", "10.9.1.1/24", "10.9.1.2/24");
  Sample const sample;
  SwarmHost left(SwarmOptions{}, [&] { spaces.other->enter(); });
  SwarmHost right(SwarmOptions{}, [&] { third->enter(); });
  left.share(sample.manifest, sample.bytes);
  right.share(sample.manifest, sample.bytes);
  auto const took = best_time(1s, [&] {
    SwarmHost taker(SwarmOptions{}, [&] { spaces.one->enter(); });
    auto const begin = Clock::now();
    taker.get(sample.manifest, {});
    CHECK(taker.wait_until([](SwarmHost::Heard const& heard) { return heard.peers.size() >= 2; }));
    return Clock::now() - begin;
  });
  CHECK(took < 1s);
}

TEST_CASE("a taken port gives way to another one", "[peer]") {
  auto const space = NetSpace::make();
  NEEDS_SPACES(space);
  int taken = -1;
  std::thread([&] {
    space->enter();
    taken = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in6 any{};
    any.sin6_family = AF_INET6;
    any.sin6_port = htons(7680);
    REQUIRE(bind(taken, reinterpret_cast<sockaddr const*>(&any), sizeof any) == 0);
    REQUIRE(listen(taken, 1) == 0);
  }).join();
  {
    SwarmHost host(SwarmOptions{}, [&] { space->enter(); });
    CHECK(host.port() != 7680);
    CHECK(host.port() != 0);
  }
  close(taken);
  SwarmHost host(SwarmOptions{}, [&] { space->enter(); });
  CHECK(host.port() == 7680);
}

TEST_CASE("who knows one peer learns of the others from it", "[peer]") {
  Sample const sample;
  SwarmHost giver("127.0.0.3");
  giver.share(sample.manifest, sample.bytes);
  SwarmHost middle("127.0.0.2");
  middle.store.allow(0);
  middle.get(sample.manifest, {giver.endpoint()});
  REQUIRE(middle.wait_until(met));
  SwarmHost taker("127.0.0.4");
  taker.get(sample.manifest, {middle.endpoint()});
  CHECK(taker.wait_until([](SwarmHost::Heard const& heard) { return heard.peers.size() >= 2; }));
  CHECK(taker.store.wait_for_all(kSpool));
}

TEST_CASE("two that have everything stay connected once", "[peer]") {
  Sample const sample;
  SwarmHost one("127.0.0.2");
  SwarmHost other("127.0.0.3");
  one.share(sample.manifest, sample.bytes);
  other.share(sample.manifest, sample.bytes, {one.endpoint()});
  REQUIRE(one.wait_until(met));
  REQUIRE(other.wait_until(met));
  // A third one that comes, takes all and goes gives time and cause to reconnect.
  for (int i = 0; i < 3; ++i) {
    SwarmHost third("127.0.0.4");
    third.get(sample.manifest, {one.endpoint(), other.endpoint()});
    REQUIRE(third.store.wait_for_all(kSpool));
  }
  auto const heard = other.heard();
  auto const to_one = std::ranges::count_if(
      heard.peers, [&](auto const& peer) { return peer.second.address == one.endpoint(); });
  CHECK(to_one == 1);
}
