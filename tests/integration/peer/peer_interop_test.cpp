// Ordinary clients download our canonical torrents from us, and we from them.
#include <catch2/catch.hpp>

#include "engine/content/torrent_file.h"
#include "peer/group_proof.h"
#include "peer/torrent_bytes.h"
#include "tests/integration/peer/stock_peer.h"
#include "tests/integration/peer/swarm_host.h"

using namespace freshet;
using namespace freshet::test;

TEST_CASE("stock libtorrent downloads our canonical torrent from us", "[peer][interop]") {
  for (std::size_t const size : {std::size_t{5'000'001}, std::size_t{4} << 20, std::size_t{70}}) {
    auto const bytes = some_bytes(size);
    auto const manifest = manifest_of(bytes);
    auto const torrent = write_torrent(*manifest, {}).value();
    SwarmHost giver("127.0.0.2");
    StockPeer taker("127.0.0.3");

    giver.share(manifest, bytes);
    taker.add(torrent, to_hex(manifest->content.root), nullptr);
    taker.connect(giver.endpoint());

    REQUIRE(taker.wait_until_complete());
    CHECK(taker.wait_until_file_is(to_hex(manifest->content.root), bytes));
    auto const heard = giver.heard();
    REQUIRE_FALSE(heard.peers.empty());  // On a slow machine it may have connected twice.
    CHECK_FALSE(heard.peers.begin()->second.speaks_claims);
    CHECK(heard.peers.begin()->second.client.starts_with("libtorrent"));
  }
}

TEST_CASE("we download a canonical torrent from stock libtorrent", "[peer][interop]") {
  for (std::size_t const size : {std::size_t{5'000'001}, std::size_t{70}}) {
    auto const bytes = some_bytes(size);
    auto const manifest = manifest_of(bytes);
    auto const torrent = write_torrent(*manifest, {}).value();
    StockPeer giver("127.0.0.2");
    SwarmHost taker("127.0.0.3");

    giver.add(torrent, to_hex(manifest->content.root), &bytes);
    taker.get(manifest, {giver.endpoint()});

    REQUIRE(taker.store.wait_for_all(kSpool));
    CHECK(taker.store.holds(kSpool, bytes));
  }
}

TEST_CASE("stock libtorrent gives us the piece layer for an identity", "[peer][interop]") {
  auto const bytes = some_bytes(5'000'001);
  auto const manifest = manifest_of(bytes);
  auto const torrent = write_torrent(*manifest, {}).value();
  StockPeer giver("127.0.0.2");
  SwarmHost taker("127.0.0.3");

  giver.add(torrent, to_hex(manifest->content.root), &bytes);
  taker.get(manifest->content, {giver.endpoint()});

  REQUIRE(taker.wait_until([](auto const& heard) { return heard.manifest != nullptr; }));
  CHECK(taker.heard().manifest->layer == manifest->layer);
  CHECK(giver.payload_sent() == 0);
  taker.get(manifest, {});

  REQUIRE(taker.store.wait_for_all(kSpool));
  CHECK(taker.store.holds(kSpool, bytes));
  CHECK(taker.heard().peers.size() == 1);
}

TEST_CASE("a manifest from elsewhere starts a content that peers gave no layer", "[peer]") {
  auto const bytes = some_bytes(5'000'001);
  auto const manifest = manifest_of(bytes);
  SwarmHost giver("127.0.0.2");
  SwarmHost taker("127.0.0.3");
  taker.get(manifest->content, {giver.endpoint()});
  taker.get(manifest, {});

  giver.share(manifest, bytes);

  REQUIRE(taker.store.wait_for_all(kSpool));
  CHECK(taker.store.holds(kSpool, bytes));
}

TEST_CASE("who knows the group's info-hash but not its secret moves no block", "[peer][group]") {
  auto const bytes = some_bytes(2'000'000);
  auto const manifest = manifest_of(bytes);
  SwarmOptions options;
  options.mode = DownloadMode::group;
  options.group_secret = "the secret of the group";
  auto const torrent = peer::torrent_bytes(manifest->content, manifest.get(), options.group_secret);
  auto const name = to_hex(manifest->content.root);
  SwarmHost member("127.0.0.2", options);
  SwarmHost newcomer("127.0.0.3", options);
  StockPeer giver("127.0.0.4");
  StockPeer taker("127.0.0.5");
  member.share(manifest, bytes);
  giver.add(torrent.file, name, &bytes);
  taker.add(torrent.file, name, nullptr);

  taker.connect(member.endpoint());
  newcomer.get(manifest, {giver.endpoint(), member.endpoint()});

  REQUIRE(newcomer.store.wait_for_all(kSpool));
  auto const one_peer = [](auto const& heard) { return heard.peers.size() == 1; };
  CHECK(newcomer.wait_until(one_peer));
  CHECK(member.wait_until(one_peer));
  CHECK(giver.payload_sent() == 0);
  CHECK(taker.payload_received() == 0);
}
