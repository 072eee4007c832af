// What each class of peers may move, and what it moved.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>

#include "tests/integration/peer/swarm_host.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

// Loopback is local whatever the networks are, hence a class of its own is made by the group.
SwarmOptions limited(BytesPerSecond upload) {
  SwarmOptions options;
  options.limits.lan.upload = upload;
  return options;
}

PeerAllowance no_uploads() {
  PeerAllowance allowance;
  allowance.lan = {.serve = false, .why = "a test forbids it"};
  return allowance;
}

ByPeerClass<PeerTraffic> traffic_of(SwarmHost& host, ContentId const& content) {
  ByPeerClass<PeerTraffic> traffic;
  host.on_loop([&] { traffic = host.swarm().traffic(content); });
  return traffic;
}

}  // namespace

TEST_CASE("what a class may send holds for all of its peers", "[peer][limits]") {
  auto const bytes = some_bytes(3'000'000);
  auto const manifest = manifest_of(bytes);
  SwarmHost giver("127.0.0.2", limited({2'000'000}));
  SwarmHost taker("127.0.0.3");
  giver.share(manifest, bytes);
  auto const begin = std::chrono::steady_clock::now();

  taker.get(manifest, {giver.endpoint()});

  REQUIRE(taker.store.wait_for_all(kSpool));
  CHECK(std::chrono::steady_clock::now() - begin > 700ms);
}

TEST_CASE("bytes are counted by class and content on both sides", "[peer][limits]") {
  auto const bytes = some_bytes(2'000'000);
  auto const manifest = manifest_of(bytes);
  SwarmHost giver("127.0.0.2");
  SwarmHost taker("127.0.0.3");
  giver.share(manifest, bytes);

  taker.get(manifest, {giver.endpoint()});

  REQUIRE(taker.store.wait_for_all(kSpool));
  auto const sum = [](auto const& by_peer) {
    Bytes total = 0;
    for (auto const& [peer, moved] : by_peer) total += moved;
    return total;
  };
  REQUIRE(taker.wait_until([&](auto const& heard) { return sum(heard.received) >= 2'000'000; }));
  REQUIRE(giver.wait_until([&](auto const& heard) { return sum(heard.sent) >= 2'000'000; }));
  CHECK(traffic_of(taker, manifest->content).lan.received >= 2'000'000);
  CHECK(traffic_of(taker, manifest->content).lan.sent == 0);
  CHECK(traffic_of(giver, manifest->content).lan.sent >= 2'000'000);
  CHECK(traffic_of(giver, manifest->content).internet == PeerTraffic{});
}

TEST_CASE("who may not serve is left by those who want something of it", "[peer][limits]") {
  auto const bytes = some_bytes(2'000'000);
  auto const manifest = manifest_of(bytes);
  SwarmHost giver("127.0.0.2");
  SwarmHost taker("127.0.0.3");
  giver.share(manifest, bytes);
  giver.on_loop([&] { giver.swarm().allow(no_uploads()); });

  taker.get(manifest, {giver.endpoint()});
  CHECK(taker.wait_until([](auto const& heard) { return !heard.gone.empty(); }));
  CHECK(taker.store.written() == 0);

  giver.on_loop([&] { giver.swarm().allow({}); });
  CHECK(taker.store.wait_for_all(kSpool));
}

TEST_CASE("who may not serve still gets what it lacks", "[peer][limits]") {
  auto const bytes = some_bytes(6'000'000);
  auto const manifest = manifest_of(bytes);
  SwarmHost one("127.0.0.2");
  SwarmHost other("127.0.0.3");
  one.on_loop([&] { one.swarm().allow(no_uploads()); });
  one.get(manifest, {});
  other.get(manifest, {one.endpoint()});
  REQUIRE(one.wait_until([](auto const& heard) { return heard.peers.size() == 1; }));
  // Each has a half that the other lacks.
  auto const half = (manifest->pieces() / 2) * manifest->piece_length;
  one.bring(bytes, {0, half});
  other.bring(bytes, {half, bytes.size()});

  REQUIRE(one.store.wait_for_all(kSpool));
  CHECK(one.store.holds(kSpool, bytes));
  CHECK(other.store.written() == bytes.size() - half);

  one.on_loop([&] { one.swarm().allow({}); });
  CHECK(other.store.wait_for_all(kSpool));
}

TEST_CASE("a class that must not be met is refused at once", "[peer][limits]") {
  auto const bytes = some_bytes(600'000);
  auto const manifest = manifest_of(bytes);
  SwarmHost giver("127.0.0.2");
  SwarmHost taker("127.0.0.3");
  PeerAllowance nobody;
  nobody.lan = {.meet = false, .serve = false, .why = "a test forbids it"};
  taker.on_loop([&] { taker.swarm().allow(nobody); });
  giver.share(manifest, bytes);

  taker.get(manifest, {giver.endpoint()});
  giver.on_loop([&] {});
  taker.on_loop([&] { taker.swarm().allow({}); });

  CHECK(taker.store.wait_for_all(kSpool));
}

TEST_CASE("connections end when their class may not be met any more", "[peer][limits]") {
  auto const bytes = some_bytes(600'000);
  auto const manifest = manifest_of(bytes);
  SwarmHost one("127.0.0.2");
  SwarmHost other("127.0.0.3");
  one.get(manifest, {});
  other.get(manifest, {one.endpoint()});
  REQUIRE(one.wait_until([](auto const& heard) { return heard.peers.size() == 1; }));

  PeerAllowance nobody;
  nobody.lan = {.meet = false, .serve = false, .why = "a test forbids it"};
  one.on_loop([&] { one.swarm().allow(nobody); });

  CHECK(one.wait_until([](auto const& heard) {
    return !heard.gone.empty() && heard.gone.front().code == Errc::policy_refused;
  }));
}

TEST_CASE("one's own address among those of peers is no refusal", "[peer][limits]") {
  auto const bytes = some_bytes(600'000);
  SwarmHost host("127.0.0.2");
  std::string const nobody = "127.0.0.2:1";  // Refuses at once, and is tried again.

  host.get(manifest_of(bytes), {host.endpoint(), nobody});

  CHECK(host.wait_until([](auto const& heard) { return heard.refused.size() >= 2; }));
  CHECK(std::ranges::count(host.heard().refused, host.endpoint()) == 0);
}
