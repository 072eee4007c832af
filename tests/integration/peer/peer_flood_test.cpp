// Peers that flood: with connections, with drops of bytes, with messages.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <vector>

#include "engine/content/torrent_file.h"
#include "tests/integration/peer/raw_peer.h"
#include "tests/integration/peer/swarm_host.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t kConnectionsMax = 120;

// Few connections in all, so that few fill it.
SwarmOptions narrow() {
  SwarmOptions options;
  options.connections_max = kConnectionsMax;
  return options;
}

struct Shared {
  std::string bytes = some_bytes(600'000);
  std::shared_ptr<Manifest const> manifest = manifest_of(bytes);
  Digest name = canonical_info_hash(manifest->content);
};

}  // namespace

TEST_CASE("connections that say little keep no honest peer out", "[peer][hostile]") {
  Shared const shared;
  SwarmHost giver("127.0.0.2", narrow());
  giver.share(shared.manifest, shared.bytes);
  std::vector<RawPeer> flood;
  for (std::uint32_t i = 0; i < 2 * kConnectionsMax; ++i) {
    flood.emplace_back("127.0.1." + std::to_string(1 + i % 250), giver.endpoint());
    flood.back().say(handshake(shared.name, "flood").substr(0, 1));
  }

  SwarmHost taker("127.0.0.3");
  taker.get(shared.manifest, {giver.endpoint()});

  // Who comes last is heard, and who said nothing for longest has to go.
  CHECK(flood.front().wait_for_end());
  CHECK_FALSE(flood.back().ended());
  CHECK(taker.store.wait_for_all(kSpool));
  auto const left = std::ranges::count_if(flood, [](auto const& each) { return !each.ended(); });
  CHECK(left <= kConnectionsMax / 2);
}

TEST_CASE("who says only a little at a time is not waited for", "[peer][hostile]") {
  Shared const shared;
  SwarmOptions options;
  options.name_timeout = 300ms;
  SwarmHost giver("127.0.0.2", options);
  giver.share(shared.manifest, shared.bytes);
  RawPeer const dripping("127.0.1.1", giver.endpoint());
  auto const words = handshake(shared.name, "drip");

  auto const said = std::ranges::find_if(words, [&](char byte) {
    return !dripping.say(std::string(1, byte)) || dripping.wait_for_end(100ms);
  });

  CHECK(said != words.end());
}

TEST_CASE("a peer that sends blocks in drops is dropped", "[peer][hostile]") {
  Shared const shared;
  SwarmOptions options;
  options.stall_timeout = 500ms;
  SwarmHost taker("127.0.0.3", options);
  taker.get(shared.manifest, {});
  RawPeer const peer("127.0.1.1", taker.endpoint());
  std::string const has_all = peer_message(14);
  std::string const unchoke = peer_message(1);
  REQUIRE(peer.say(handshake(shared.name, "drops") + extension_handshake("d1:mdee") + has_all +
                   unchoke));
  REQUIRE(taker.wait_until([](auto const& heard) { return !heard.asked.empty(); }));
  auto const piece = static_cast<char>(taker.heard().asked.begin()->first);

  // Of a block of 16 KiB a byte at a time.
  std::string drops("\0\0\x40\x09\x07\0\0\0", 8);
  drops += piece + std::string(104, '\0');
  auto const said = std::ranges::find_if(
      drops, [&](char byte) { return !peer.say(std::string(1, byte)) || peer.wait_for_end(50ms); });

  CHECK(said != drops.end());
  CHECK(taker.wait_until([](auto const& heard) {
    return !heard.gone.empty() && heard.gone.front().code == Errc::stalled;
  }));
}

TEST_CASE("one address has only a part of all connections", "[peer][hostile]") {
  Shared const shared;
  SwarmHost giver("127.0.0.2", narrow());
  giver.share(shared.manifest, shared.bytes);
  std::vector<RawPeer> flood;
  for (std::size_t i = 0; i < 2 * kConnectionsMax; ++i) {
    flood.emplace_back("127.0.1.1", giver.endpoint());
    flood.back().say(handshake(shared.name, std::to_string(i)));
  }
  REQUIRE(flood.back().wait_for_end());

  SwarmHost taker("127.0.0.3");
  taker.get(shared.manifest, {giver.endpoint()});

  CHECK(taker.store.wait_for_all(kSpool));
}

TEST_CASE("a message of any length that is none ends its connection alone", "[peer][hostile]") {
  Shared const shared;
  SwarmHost giver("127.0.0.2");
  giver.share(shared.manifest, shared.bytes);
  std::string const dictionary = "d1:md9:fr_claimsi41eee";
  auto const hello = handshake(shared.name, "large") + extension_handshake(dictionary);
  std::vector<std::string> const lies{
      std::string("\x7f\xff\xff\xff\x14", 5),                              // Two GiB follow.
      std::string("\0\x20\0\x01\x07", 5) + std::string(5000, 'x'),         // A block of two MiB.
      peer_message(20, std::string("\x29", 1) + std::string(5000, '\1')),  // Claims without end.
      peer_message(20, std::string("\x29\1\xff\xff", 4)),                  // More than are there.
  };
  for (auto const& lie : lies) {
    RawPeer const peer("127.0.1.1", giver.endpoint());
    REQUIRE(peer.say(hello));
    peer.say(lie);
    INFO(lie.size() << " bytes");
    CHECK(peer.wait_for_end());
  }

  SwarmHost taker("127.0.0.3");
  taker.get(shared.manifest, {giver.endpoint()});
  CHECK(taker.store.wait_for_all(kSpool));
}

TEST_CASE("a flood of claims reaches the engine as few", "[peer][hostile]") {
  constexpr std::size_t kClaims = 20'000;
  Shared const shared;
  SwarmHost taker("127.0.0.3");
  taker.get(shared.manifest, {});
  RawPeer const peer("127.0.1.1", taker.endpoint());
  std::string const id = std::string("\1") + "a key :)" + "sixteen bytes...";
  REQUIRE(peer.say(handshake(shared.name, "claims") +
                   extension_handshake("d5:fr_id25:" + id + "1:md9:fr_claimsi41eee")));
  REQUIRE(taker.wait_until([](auto const& heard) { return heard.peers.size() == 1; }));
  // The first piece for a minute, again and again.
  std::string const claim("\x29\1\0\1\0\0\0\0\0\0\0\1\0\0\xea\x60", 16);
  for (std::size_t i = 0; i < kClaims; i += 1000) {
    std::string many;
    for (std::size_t j = 0; j < 1000; ++j) many += peer_message(20, claim);
    REQUIRE(peer.say(many));
  }
  REQUIRE(peer.say(peer_message(20, std::string("\x29\1\xff\xff", 4))));  // The end.

  CHECK(peer.wait_for_end());
  REQUIRE(taker.wait_until([](auto const& heard) { return !heard.gone.empty(); }));
  CHECK(taker.heard().claim_words < kClaims / 50);
}
