// Peers that know a SHA-256 tell each other which content has it.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>

#include "tests/integration/peer/net_space.h"
#include "tests/integration/peer/swarm_host.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

using Kind = DigestWord::Kind;

constexpr ContentId kContent{5'000'000, {}};

Digest some_digest() {
  Digest digest;
  digest.bytes.fill(std::byte{0x5a});
  return digest;
}

SwarmOptions with_peer(SwarmHost const& host, std::string secret = {}) {
  SwarmOptions options;
  options.peers = {host.endpoint()};
  options.group_secret = std::move(secret);
  return options;
}

SwarmOptions of_group(std::string secret) {
  SwarmOptions options;
  options.group_secret = std::move(secret);
  return options;
}

void stand_by(SwarmHost& host) {
  host.on_loop([&] { host.swarm().stand_by(kSpool, kContent, some_digest()); });
}

void say(SwarmHost& host, DigestWord const& word = {}) {
  host.on_loop([&] { host.swarm().meet(some_digest(), word); });
}

bool is_told(SwarmHost const& host, Kind kind = Kind::knows) {
  return host.wait_until([&](SwarmHost::Heard const& heard) {
    return std::ranges::any_of(heard.words,
                               [&](auto const& entry) { return entry.second.kind == kind; });
  });
}

}  // namespace

TEST_CASE("who asks for a digest is told the content by who shares it", "[peer][meeting]") {
  SwarmHost knows("127.0.0.2");
  stand_by(knows);
  SwarmHost asks("127.0.0.3", with_peer(knows));

  say(asks);

  REQUIRE(is_told(asks));
  auto const words = asks.heard().words;
  CHECK(words.begin()->second.content == kContent);
}

TEST_CASE("members of a group tell each other and nobody else", "[peer][meeting]") {
  SwarmHost knows("127.0.0.2", of_group("sixteen bytes and more"));
  stand_by(knows);
  SwarmHost member("127.0.0.3", with_peer(knows, "sixteen bytes and more"));
  SwarmHost outsider("127.0.0.4", with_peer(knows, "another secret of some bytes"));
  say(outsider);

  say(member);

  REQUIRE(is_told(member));
  CHECK(outsider.heard().words.empty());
}

TEST_CASE("those who ask hear how far each of them is", "[peer][meeting]") {
  SwarmHost one("127.0.0.2");
  say(one);
  SwarmHost other("127.0.0.3", with_peer(one));
  say(other);
  REQUIRE(is_told(other, Kind::asks));
  DigestWord word;
  word.kind = Kind::fetches;
  word.done = 7;
  word.length = 9;

  say(one, word);

  CHECK(is_told(other, Kind::fetches));
  stand_by(one);
  CHECK(is_told(other));
  one.on_loop([&] { one.swarm().part(some_digest()); });
  CHECK(other.heard().words.size() == 1);
}

TEST_CASE("what is taken only goes to nobody until it is proven", "[peer][meeting]") {
  auto const bytes = some_bytes(2'000'000);
  auto const manifest = manifest_of(bytes);
  SwarmHost giver("127.0.0.2");
  giver.share(manifest, bytes);
  SwarmHost taker("127.0.0.3");
  taker.store.add(kSpool, manifest);
  SwarmSpec spec;
  spec.spool = kSpool;
  spec.content = manifest->content;
  spec.manifest = manifest;
  spec.peers = {giver.endpoint()};
  spec.take_only = true;
  taker.on_loop([&] { taker.swarm().join(spec, PieceMap(manifest->pieces())); });
  REQUIRE(taker.store.wait_for_all(kSpool));
  SwarmHost third("127.0.0.4");
  third.get(manifest, {taker.endpoint()});
  REQUIRE(third.wait_until([](auto const& heard) { return !heard.peers.empty(); }));

  // It offers nothing: what it has is told when it is introduced.
  CHECK(third.heard().has.empty());
  CHECK(third.heard().received.empty());
  spec.take_only = false;
  PieceMap all(manifest->pieces());
  all.set(pieces(0, manifest->pieces()));
  taker.on_loop([&] { taker.swarm().join(spec, all); });

  REQUIRE(third.store.wait_for_all(kSpool));
  CHECK(third.store.holds(kSpool, bytes));
}

TEST_CASE("a neighbour that knows a digest is found on the link at once", "[peer][meeting]") {
  auto const one = NetSpace::make();
  auto const other = one ? NetSpace::make() : nullptr;
  if (!other) {
    WARN("skipped: network namespaces are not permitted here");
    return;
  }
  one->connect(*other, "v0", "10.9.0.1/24", "10.9.0.2/24");
  SwarmHost knows(SwarmOptions{}, [&] { one->enter(); });
  stand_by(knows);
  SwarmHost asks(SwarmOptions{}, [&] { other->enter(); });
  auto const begin = std::chrono::steady_clock::now();

  say(asks);

  REQUIRE(is_told(asks));
  CHECK(std::chrono::steady_clock::now() - begin < 3s);
}

TEST_CASE("among many who know the content id alone who has the piece layer gives it at once",
          "[peer][meeting]") {
  auto const bytes = some_bytes(8'000'000);
  auto const manifest = manifest_of(bytes);
  SwarmHost one("127.0.0.3");
  SwarmHost two("127.0.0.4");
  SwarmHost three("127.0.0.5");
  std::vector<SwarmHost*> const takers{&one, &two, &three};
  for (auto* taker : takers) {
    taker->store.add(kSpool, manifest);
    taker->get(manifest->content, {one.endpoint(), two.endpoint(), three.endpoint()});
    // They have pieces, so they are asked for hashes as well.
    taker->bring(bytes, {0, 8 * manifest->piece_length});
  }
  for (auto* taker : takers) {
    REQUIRE(taker->wait_until([](auto const& heard) { return !heard.peers.empty(); }));
  }
  SwarmHost giver("127.0.0.2");
  auto const begin = std::chrono::steady_clock::now();

  giver.share(manifest, bytes, {one.endpoint(), two.endpoint(), three.endpoint()});

  for (auto* taker : takers) {
    REQUIRE(taker->wait_until([](auto const& heard) { return heard.manifest != nullptr; }));
  }
  CHECK(std::chrono::steady_clock::now() - begin < 2s);
}
