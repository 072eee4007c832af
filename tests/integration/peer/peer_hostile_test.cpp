// Peers that lie, hang or do not belong.
#include <catch2/catch.hpp>
#include <chrono>

#include "engine/content/torrent_file.h"
#include "tests/integration/peer/mute_peer.h"
#include "tests/integration/peer/swarm_host.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

SwarmOptions impatient() {
  SwarmOptions options;
  options.stall_timeout = 500ms;
  options.hold_timeout = 300ms;
  return options;
}

SwarmOptions in_group(std::string secret) {
  SwarmOptions options;
  options.mode = DownloadMode::group;
  options.group_secret = std::move(secret);
  return options;
}

bool names(std::vector<Blame> const& blames, SwarmHost::Heard const& heard,
           std::string const& endpoint) {
  return std::ranges::all_of(blames, [&](Blame const& blame) {
    auto const found = heard.peers.find(blame.who);
    return found != heard.peers.end() && found->second.address == endpoint && blame.certain;
  });
}

}  // namespace

TEST_CASE("bad pieces are replaced by HTTP before libtorrent sees them", "[peer][hostile]") {
  auto const bytes = some_bytes(6'000'000);
  auto const manifest = manifest_of(bytes);
  SwarmHost liar("127.0.0.2");
  SwarmHost taker("127.0.0.3");
  liar.share(manifest, bytes);
  for (Bytes piece = 0; piece < manifest->pieces(); piece += 4) {
    liar.store.corrupt(kSpool, piece * manifest->piece_length + 100'000);
  }
  auto const wrong = (manifest->pieces() + 3) / 4;

  taker.get(manifest, {liar.endpoint()});
  REQUIRE(taker.store.wait_until([&] { return taker.store.blames().size() == wrong; }));
  auto const blames = taker.store.blames();
  CHECK(taker.wait_until([](auto const& heard) { return heard.peers.size() == 1; }));
  CHECK(names(blames, taker.heard(), liar.endpoint()));
  for (auto const& blame : blames) taker.bring(bytes, blame.range);

  REQUIRE(taker.store.wait_for_all(kSpool));
  CHECK(taker.store.holds(kSpool, bytes));
  CHECK(taker.heard().gone.empty());
}

TEST_CASE("without another source bad pieces come from honest peers", "[peer][hostile]") {
  auto const bytes = some_bytes(6'000'000);
  auto const manifest = manifest_of(bytes);
  SwarmHost liar("127.0.0.2");
  SwarmHost honest("127.0.0.3");
  SwarmHost taker("127.0.0.4", impatient());
  liar.share(manifest, bytes);
  honest.share(manifest, bytes);
  for (Bytes piece = 0; piece < manifest->pieces(); ++piece) {
    liar.store.corrupt(kSpool, piece * manifest->piece_length + 100);
  }
  taker.get(manifest, {liar.endpoint()});
  REQUIRE(taker.store.wait_until([&] { return !taker.store.blames().empty(); }));
  REQUIRE(taker.wait_until([](auto const& heard) { return heard.peers.size() == 1; }));

  taker.ban_liars();
  CHECK(taker.wait_until([](auto const& heard) { return heard.gone.size() == 1; }));
  taker.on_loop([&] { taker.swarm().leave(kSpool); });
  taker.get(manifest, {liar.endpoint(), honest.endpoint()});

  REQUIRE(taker.store.wait_for_all(kSpool));
  CHECK(taker.store.holds(kSpool, bytes));
  CHECK(taker.wait_until([&](auto const& heard) {
    return std::ranges::any_of(heard.received, [&](auto const& received) {
      return heard.peers.at(received.first).address == honest.endpoint();
    });
  }));
}

TEST_CASE("a piece that nobody replaces is asked for anew", "[peer][hostile]") {
  auto const bytes = some_bytes(3'000'000);
  auto const manifest = manifest_of(bytes);
  SwarmHost giver("127.0.0.2");
  SwarmHost taker("127.0.0.3", impatient());
  giver.share(manifest, bytes);
  giver.store.corrupt(kSpool, 5);
  taker.get(manifest, {giver.endpoint()});
  REQUIRE(taker.store.wait_until([&] { return !taker.store.blames().empty(); }));

  giver.store.corrupt(kSpool, 5);

  REQUIRE(taker.store.wait_for_all(kSpool));
  CHECK(taker.store.holds(kSpool, bytes));
}

TEST_CASE("a banned peer does not come back from another address", "[peer][hostile]") {
  auto const bytes = some_bytes(600'000);
  auto const manifest = manifest_of(bytes);
  SwarmHost liar("127.0.0.2");
  SwarmHost victim("127.0.0.3");
  liar.get(manifest, {});
  victim.get(manifest, {liar.endpoint()});
  REQUIRE(victim.wait_until([](auto const& heard) { return heard.peers.size() == 1; }));
  auto const id = victim.heard().peers.begin()->first;

  Offence const offence{.why = {Errc::piece_mismatch, {}, "a test"}};
  victim.on_loop([&] { victim.swarm().ban(id, offence); });

  CHECK(victim.wait_until([&](auto const& heard) {
    return std::ranges::find(heard.gone_peers, id) != heard.gone_peers.end();
  }));
}

TEST_CASE("a peer that hangs is dropped", "[peer][hostile]") {
  auto const bytes = some_bytes(2'000'000);
  auto const manifest = manifest_of(bytes);
  MutePeer mute(canonical_info_hash(manifest->content));
  SwarmHost taker("127.0.0.3", impatient());
  auto const begin = std::chrono::steady_clock::now();

  taker.get(manifest, {mute.endpoint()});

  CHECK(taker.wait_until([](auto const& heard) {
    return !heard.gone.empty() && heard.gone.front().code == Errc::stalled;
  }));
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
  CHECK(taker.wait_until([](auto const& heard) {
    return std::ranges::none_of(heard.asked, [](auto const& piece) { return piece.second; });
  }));
}

TEST_CASE("members of a group find each other wherever they are", "[peer][group]") {
  auto const bytes = some_bytes(2'000'000);
  auto const manifest = manifest_of(bytes);
  SwarmHost giver("127.0.0.2", in_group("one"));
  SwarmHost taker("127.0.0.3", in_group("one"));

  giver.share(manifest, bytes);
  taker.get(manifest, {giver.endpoint()});

  CHECK(taker.store.wait_for_all(kSpool));
}

TEST_CASE("another secret or none moves no block either way", "[peer][group]") {
  auto const bytes = some_bytes(2'000'000);
  auto const manifest = manifest_of(bytes);
  SwarmHost one("127.0.0.2", in_group("one"));
  SwarmHost other("127.0.0.3", in_group("other"));
  SwarmHost open("127.0.0.4");
  SwarmHost taker("127.0.0.5", in_group("other"));
  one.share(manifest, bytes);
  open.share(manifest, bytes);
  other.share(manifest, bytes);

  taker.get(manifest, {one.endpoint(), open.endpoint(), other.endpoint()});

  REQUIRE(taker.store.wait_for_all(kSpool));
  REQUIRE(taker.wait_until([](auto const& told) { return told.peers.size() == 1; }));
  auto const heard = taker.heard();
  CHECK(heard.peers.begin()->second.address == other.endpoint());
  CHECK(one.heard().peers.empty());
  CHECK(open.heard().peers.empty());
}
