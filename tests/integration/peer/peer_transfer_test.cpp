// Contents move between swarms in one process, over loopback.
#include <catch2/catch.hpp>
#include <chrono>

#include "engine/content/geometry.h"
#include "engine/content/torrent_file.h"
#include "tests/integration/peer/mute_peer.h"
#include "tests/integration/peer/swarm_host.h"

using namespace freshet;
using namespace freshet::test;

namespace {

Bytes sum(std::map<SourceId, Bytes> const& by_peer) {
  Bytes result = 0;
  for (auto const& [peer, bytes] : by_peer) result += bytes;
  return result;
}

}  // namespace

TEST_CASE("a content moves from one peer to another and is accounted for", "[peer]") {
  auto const bytes = some_bytes(5'000'001);
  auto const manifest = manifest_of(bytes);
  SwarmHost giver("127.0.0.2");
  SwarmHost taker("127.0.0.3");

  giver.share(manifest, bytes);
  taker.get(manifest, {giver.endpoint()});

  REQUIRE(taker.store.wait_for_all(kSpool));
  CHECK(taker.store.holds(kSpool, bytes));
  CHECK(taker.wait_until([&](auto const& heard) { return sum(heard.received) == bytes.size(); }));
  CHECK(giver.wait_until([&](auto const& heard) { return sum(heard.sent) == bytes.size(); }));
  auto const heard = taker.heard();
  REQUIRE(heard.peers.size() == 1);
  auto const& peer = heard.peers.begin()->second;
  CHECK(peer.address == giver.endpoint());
  CHECK(peer.key == giver.swarm().key());
  CHECK(peer.speaks_claims);
  CHECK(peer.peer_class == PeerClass::lan);
  CHECK(heard.has.at(peer.id).all());
  CHECK(taker.wait_until([](auto const& now) {
    return !now.asked.empty() &&
           std::ranges::none_of(now.asked, [](auto const& piece) { return piece.second; });
  }));
}

TEST_CASE("contents of one piece and of one block move too", "[peer]") {
  for (std::size_t const size : {std::size_t{1}, std::size_t{16384}, std::size_t{200'000}}) {
    auto const bytes = some_bytes(size);
    auto const manifest = manifest_of(bytes);
    SwarmHost giver("127.0.0.2");
    SwarmHost taker("127.0.0.3");

    giver.share(manifest, bytes);
    taker.get(manifest, {giver.endpoint()});

    REQUIRE(taker.store.wait_for_all(kSpool));
    CHECK(taker.store.holds(kSpool, bytes));
  }
}

TEST_CASE("reads that the cache does not hold come from the pool", "[peer]") {
  auto const bytes = some_bytes(3'000'000);
  auto const manifest = manifest_of(bytes);
  SwarmHost giver("127.0.0.2");
  SwarmHost taker("127.0.0.3");

  giver.store.forget_cache();
  giver.share(manifest, bytes);
  taker.get(manifest, {giver.endpoint()});

  REQUIRE(taker.store.wait_for_all(kSpool));
  CHECK(taker.store.holds(kSpool, bytes));
}

TEST_CASE("a gate that is full holds peers back and loses nothing", "[peer]") {
  auto const bytes = some_bytes(4'000'000);
  auto const manifest = manifest_of(bytes);
  SwarmHost giver("127.0.0.2");
  SwarmHost taker("127.0.0.3");

  taker.store.allow(1'000'000);
  giver.share(manifest, bytes);
  taker.get(manifest, {giver.endpoint()});
  REQUIRE(taker.store.wait_for_waiting());
  CHECK(taker.store.written() <= 1'000'000);
  taker.store.allow_all();

  REQUIRE(taker.store.wait_for_all(kSpool));
  CHECK(taker.store.holds(kSpool, bytes));
}

TEST_CASE("the identity alone is enough: peers give the piece layer", "[peer]") {
  auto const bytes = some_bytes(6'000'000);
  auto const manifest = manifest_of(bytes);
  SwarmHost giver("127.0.0.2");
  SwarmHost taker("127.0.0.3");

  giver.share(manifest, bytes);
  taker.get(manifest->content, {giver.endpoint()});
  REQUIRE(taker.wait_until([](auto const& heard) { return heard.manifest != nullptr; }));
  auto const heard = taker.heard();
  CHECK(heard.manifest->layer == manifest->layer);
  CHECK(sum(heard.received) == 0);
  taker.get(heard.manifest, {giver.endpoint()});

  REQUIRE(taker.store.wait_for_all(kSpool));
  CHECK(taker.store.holds(kSpool, bytes));
  for (auto const& [id, peer] : taker.heard().peers) CHECK(peer.address == giver.endpoint());
}

TEST_CASE("pieces that come by HTTP are peers' at once", "[peer]") {
  auto const bytes = some_bytes(2'000'000);
  auto const manifest = manifest_of(bytes);
  SwarmHost fetcher("127.0.0.2");
  SwarmHost taker("127.0.0.3");
  fetcher.get(manifest, {});
  taker.get(manifest, {fetcher.endpoint()});
  REQUIRE(taker.wait_until([](auto const& heard) { return heard.peers.size() == 1; }));

  fetcher.bring(bytes, {0, manifest->piece_length});

  CHECK(taker.store.wait_until([&] { return taker.store.present(kSpool).has(PieceIndex{0}); }));
  CHECK(taker.store.present(kSpool).count() == 1);
  fetcher.bring(bytes, {manifest->piece_length, bytes.size()});
  CHECK(taker.store.wait_for_all(kSpool));
  CHECK(taker.store.holds(kSpool, bytes));
}

// libtorrent looks for something to ask for when it is told that it may, and not when it hears of a
// piece while it is interested already.
TEST_CASE("an interested peer is told to ask again when there is something new", "[peer]") {
  auto const bytes = some_bytes(2'000'000);
  auto const manifest = manifest_of(bytes);
  MutePeer mute(canonical_info_hash(manifest->content), MutePeer::Has::nothing);
  SwarmHost giver("127.0.0.2");
  giver.get(manifest, {mute.endpoint()});
  REQUIRE(mute.wait_for_unchokes(1));

  for (int piece = 0; piece < 3; ++piece) {
    auto const begin = static_cast<Bytes>(piece) * manifest->piece_length;
    giver.bring(bytes, {begin, begin + manifest->piece_length});
    CHECK(mute.wait_for_unchokes(piece + 2));
  }
}

TEST_CASE("HTTP and peers fill one content together", "[peer]") {
  auto const bytes = some_bytes(8'000'000);
  auto const manifest = manifest_of(bytes);
  SwarmHost giver("127.0.0.2");
  SwarmHost taker("127.0.0.3");
  SwarmHost last("127.0.0.4");
  giver.share(manifest, bytes);
  last.get(manifest, {taker.endpoint()});
  taker.get(manifest, {giver.endpoint()});

  for (Bytes begin = 0; begin < bytes.size(); begin += 3 * kBlockBytes * 16) {
    taker.bring(bytes, {begin, std::min<Bytes>(begin + 5 * kBlockBytes, bytes.size())});
  }

  REQUIRE(taker.store.wait_for_all(kSpool));
  REQUIRE(last.store.wait_for_all(kSpool));
  CHECK(last.store.holds(kSpool, bytes));
}

TEST_CASE("reserved pieces are asked for last", "[peer]") {
  auto const bytes = some_bytes(8'000'000);
  auto const manifest = manifest_of(bytes);
  SwarmHost giver("127.0.0.2");
  SwarmHost taker("127.0.0.3");
  auto const half = manifest->pieces() / 2;
  taker.store.allow(half * manifest->piece_length);
  taker.get(manifest, {giver.endpoint()});
  taker.on_loop([&] { taker.swarm().reserve(kSpool, {pieces(0, half)}); });
  giver.share(manifest, bytes);

  REQUIRE(taker.store.wait_for_waiting());
  auto const present = taker.store.present(kSpool);
  CHECK(present.count() >= (manifest->pieces() - half) / 2);
  CHECK(to_number(present.next_present(PieceIndex{0}).value()) >= half);
  taker.store.allow_all();
  CHECK(taker.store.wait_for_all(kSpool));
}

TEST_CASE("claims are heard by peers and replaced and released", "[peer]") {
  auto const bytes = some_bytes(4'000'000);
  auto const manifest = manifest_of(bytes);
  SwarmHost one("127.0.0.2");
  SwarmHost other("127.0.0.3");
  one.get(manifest, {});
  one.on_loop([&] { one.swarm().claim(kSpool, {{pieces(1, 3), std::chrono::seconds{5}}}); });
  other.get(manifest, {one.endpoint()});

  auto const heard_first = [](auto const& heard) { return heard.claims.size() == 1; };
  REQUIRE(other.wait_until(heard_first));
  auto const first = other.heard().claims.begin()->second;
  REQUIRE(first.size() == 1);
  CHECK(first.front().pieces == pieces(1, 3));
  CHECK(first.front().lease == std::chrono::seconds{5});

  one.on_loop([&] { one.swarm().claim(kSpool, {{pieces(2, 3), std::chrono::seconds{5}}}); });
  CHECK(other.wait_until([](auto const& heard) {
    auto const& claims = heard.claims.begin()->second;
    return claims.size() == 1 && claims.front().pieces == pieces(2, 3);
  }));
  one.on_loop([&] { one.swarm().claim(kSpool, {}); });
  CHECK(other.wait_until([](auto const& heard) { return heard.claims.begin()->second.empty(); }));
}

TEST_CASE("a swarm stops in under two seconds in the middle of a transfer", "[peer]") {
  auto const bytes = some_bytes(64'000'000);
  auto const manifest = manifest_of(bytes);
  SwarmHost giver("127.0.0.2");
  SwarmHost taker("127.0.0.3");
  taker.store.allow(8'000'000);
  giver.share(manifest, bytes);
  taker.get(manifest, {giver.endpoint()});
  REQUIRE(taker.store.wait_for_waiting());

  auto const begin = std::chrono::steady_clock::now();
  taker.stop();
  giver.stop();

  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{2});
}

TEST_CASE("who left a content is asked for nothing any more", "[peer]") {
  auto const bytes = some_bytes(2'000'000);
  auto const manifest = manifest_of(bytes);
  SwarmHost left("127.0.0.2");
  SwarmHost giver("127.0.0.3");
  SwarmHost taker("127.0.0.4");
  left.share(manifest, bytes);
  left.on_loop([&] { left.swarm().leave(kSpool); });
  giver.share(manifest, bytes);

  taker.get(manifest, {left.endpoint(), giver.endpoint()});

  REQUIRE(taker.store.wait_for_all(kSpool));
  // Bytes may come before the one who sent them is told.
  REQUIRE(taker.wait_until([](auto const& heard) { return !heard.peers.empty(); }));
  auto const heard = taker.heard();
  REQUIRE(heard.peers.size() == 1);
  CHECK(heard.peers.begin()->second.address == giver.endpoint());
}
