// What a transfer does that knows a SHA-256 alone, and meets peers who know it too.
#include <algorithm>
#include <catch2/catch.hpp>

#include "engine/transfer/transfers.h"
#include "tests/support/transfer_world.h"
#include "tests/unit/transfer/telling_swarm.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kSize = 4'000'000;

struct Digests {
  explicit Digests(bool with_peers = true) {
    world.transfers.reset();  // It tells the ports to forget their listener.
    world.transfers = std::make_unique<Transfers>(
        TransferPorts{world.loop, world.loop, world.random, world.log, world.store, world.origin,
                      with_peers ? &swarm : nullptr},
        TransferOptions{});
    wish.file.sha256 = sha256_of(bytes);
    server.rate = 10e6;
  }
  ~Digests() { world.transfers.reset(); }

  void unplug() { server.down = Error{Errc::connect_failed, "origin", "refused"}; }
  WishResult get() {
    began = world.loop.now();
    id = world.want(wish);
    REQUIRE(world.run(id));
    took = world.loop.now() - began;
    if (world.told[id].error) {
      FAIL(describe(*world.told[id].error) << "\n" << world.transfers->why(id));
    }
    CHECK((world.bytes_of(id) == bytes));
    CHECK(world.told[id].result->trust == Trust::job);
    return *world.told[id].result;
  }
  [[nodiscard]] Bytes from_peers() const { return world.transfers->progress(id).from_peers; }

  std::string bytes = sim_bytes(kSize);
  TransferWorld world;
  TellingSwarm swarm{world};
  SimServer& server = world.serve("origin", bytes);
  Wish wish = TransferWorld::wish({"origin"});
  WishId id = WishId::none;
  TimePoint began{};
  Duration took{};
};

}  // namespace

TEST_CASE("with a dead origin the digest alone finds the content among peers", "[digest]") {
  Digests with;
  with.unplug();
  with.swarm.add(1, {with.bytes});

  with.get();

  CHECK(with.from_peers() == kSize);
  CHECK(with.world.why_has(with.id, "digest_told"));
  CHECK(with.took < 1s);
  CHECK(with.swarm.banned.empty());
}

TEST_CASE("nothing is served before the digest of the whole has decided and everything after",
          "[digest]") {
  Digests with;
  with.unplug();
  with.swarm.add(1, {with.bytes});

  with.get();

  auto const& joined = with.swarm.joined;
  REQUIRE(joined.size() == 3);  // With the content alone, with its layer, and proven.
  CHECK(joined[0].take_only);
  CHECK_FALSE(joined[0].manifest);
  CHECK(joined[0].peers == std::vector<std::string>{TellingSwarm::peer(1).address});
  CHECK(joined[1].take_only);
  CHECK_FALSE(joined[1].sha256);
  CHECK_FALSE(joined[2].take_only);
  CHECK(joined[2].sha256 == with.wish.file.sha256);
}

TEST_CASE("who fetched a digest from the origin shares it under the digest", "[digest]") {
  Digests with;

  auto const result = with.get();

  REQUIRE(with.swarm.joined.size() == 1);
  CHECK(with.swarm.joined.front().sha256 == with.wish.file.sha256);
  CHECK(with.swarm.joined.front().content == result.content);
  CHECK(with.world.transfers->shares(result.spool));
  CHECK_FALSE(with.swarm.meets(*with.wish.file.sha256));
}

TEST_CASE("what is there in a moment makes no sockets until somebody keeps it", "[digest]") {
  Digests with;
  with.server.rate = 100e6;

  auto const result = with.get();

  CHECK(with.swarm.said.empty());
  CHECK(with.swarm.joined.empty());
  CHECK_FALSE(with.world.transfers->shares(result.spool));
  CHECK(with.world.transfers->share_proven(result.spool));
  CHECK(with.world.transfers->shares(result.spool));
  CHECK(with.swarm.joined.front().sha256 == with.wish.file.sha256);
  CHECK_FALSE(with.world.transfers->share_proven(result.spool));
}

TEST_CASE("a search that nobody answers costs no time", "[digest]") {
  Digests alone(false);
  alone.get();
  Digests with;

  with.get();

  CHECK(with.took == alone.took);
  CHECK(with.server.requests == alone.server.requests);
  CHECK(with.world.why_has(with.id, "no_peer_found"));
}

TEST_CASE("peers that are found while the origin sends help it", "[digest]") {
  Digests with;
  with.server.rate = 1e6;
  with.swarm.add(1, {with.bytes});

  with.get();

  CHECK(with.took < 1s);
  CHECK(with.from_peers() > kSize / 2);
}

TEST_CASE("a peer that names another content harms nothing and is banned in the end", "[digest]") {
  Digests alone(false);
  alone.get();
  Digests with;
  with.swarm.add(1, {sim_bytes(kSize, 9)});

  with.get();

  REQUIRE(with.swarm.banned.contains(TellingSwarm::peer(1).id));
  CHECK(with.swarm.banned.at(TellingSwarm::peer(1).id).expected == *with.wish.file.sha256);
  CHECK(with.world.why_has(with.id, "digest_lie"));
  CHECK(with.took < alone.took * 2);
}

TEST_CASE("a liar whose content begins right is found out by the digest of the whole", "[digest]") {
  Digests with;
  with.unplug();
  auto wrong = with.bytes;
  wrong.back() = static_cast<char>(wrong.back() ^ 1);
  with.swarm.add(1, {wrong});
  with.swarm.add(2, {.bytes = with.bytes, .answer_time = 200ms});

  with.get();

  CHECK(with.world.why_has(with.id, "digest_mismatch"));
  CHECK(with.swarm.banned.size() == 1);
  CHECK(with.swarm.banned.contains(TellingSwarm::peer(1).id));
  CHECK(with.swarm.joined.back().content == manifest_of(with.bytes)->content);
}

TEST_CASE("a content of another length than the origin's is not believed", "[digest]") {
  Digests with;
  with.swarm.add(1, {sim_bytes(kSize + 1)});

  with.get();

  CHECK(with.world.why_has(with.id, "digest_lie"));
  CHECK(with.swarm.joined.size() == 1);
  CHECK(with.swarm.banned.size() == 1);
}

TEST_CASE("a peer that names the right content and gives nothing slows nobody down", "[digest]") {
  Digests alone(false);
  alone.server.rate = 1e6;
  alone.get();
  Digests with;
  with.server.rate = 1e6;
  with.swarm.add(1, {.bytes = with.bytes, .silent = true});

  with.get();

  CHECK(with.took < alone.took * 21 / 20);
  CHECK(with.swarm.banned.empty());
  // Without the piece layer none was verified.
  CHECK(with.swarm.joined.size() == 2);
  CHECK(with.swarm.offered.empty());
}

TEST_CASE("an origin that is slow to answer is believed more than peers about the length",
          "[digest]") {
  Digests with;
  with.server.latency = 1500ms;
  with.swarm.add(1, {.bytes = sim_bytes(kSize + 1), .silent = true});

  with.get();

  CHECK(with.world.why_has(with.id, "digest_lie"));
  CHECK(with.took < 8s);
}

TEST_CASE("without an origin a liar that gives nothing is left for who names another content",
          "[digest]") {
  Digests with;
  with.unplug();
  with.swarm.add(1, {.bytes = sim_bytes(kSize, 9), .silent = true});
  with.swarm.add(2, {.bytes = with.bytes, .answer_time = 200ms});

  with.get();

  CHECK(with.swarm.banned.size() == 1);
}

TEST_CASE("when the peer leaves the origin brings the rest", "[digest]") {
  Digests with;
  with.server.rate = 1e6;
  with.swarm.add(1, {.bytes = with.bytes, .pieces_max = 3});

  with.get();

  CHECK(with.from_peers() > 0);
  CHECK(with.from_peers() <= 3 * piece_length_for(kSize));
}

TEST_CASE("peers are asked for a digest of the origin too", "[digest]") {
  Digests with;
  with.server.tls = true;
  with.server.rate = 1e6;
  with.server.files["/file"].repr_digest = with.wish.file.sha256;
  with.wish.file.urls = {"https://origin/file"};
  with.wish.file.sha256.reset();
  with.swarm.add(1, {with.bytes});

  auto const id = with.world.want(with.wish);
  REQUIRE(with.world.run(id));

  REQUIRE(with.world.told[id].result);
  CHECK((with.world.bytes_of(id) == with.bytes));
  CHECK(with.world.told[id].result->trust == Trust::origin);
  CHECK(with.world.transfers->progress(id).from_peers > kSize / 2);
}

TEST_CASE("who is ahead at a narrow origin is waited for and then gives the rest", "[digest]") {
  Digests with;
  with.server.rate = 1e5;  // Alone it would take 40 s.
  auto const id = with.world.want(with.wish);
  with.world.loop.run_for(1500ms);
  DigestWord word;
  word.kind = DigestWord::Kind::fetches;
  word.length = kSize;
  for (word.done = 300'000; word.done < kSize; word.done += 200'000) {
    word.rate = {800'000};
    with.swarm.say(1, word);
    with.world.loop.run_for(250ms);
  }
  auto const sent = with.server.sent;

  with.swarm.add(1, {with.bytes});
  REQUIRE(with.world.run(id));

  CHECK((with.world.bytes_of(id) == with.bytes));
  CHECK(with.world.why_has(id, "peer_fetches"));
  CHECK(sent < kSize / 10);
}

TEST_CASE("who is ahead and gets no faster is left behind after a moment", "[digest]") {
  Digests alone(false);
  alone.server.rate = 1e6;
  alone.get();
  Digests with;
  with.server.rate = 1e6;
  auto const began = with.world.loop.now();
  auto const id = with.world.want(with.wish);
  DigestWord word;
  word.kind = DigestWord::Kind::fetches;
  word.length = kSize;
  while (!with.world.told[id].ended()) {
    word.done = std::min<Bytes>(word.done + 255'000, kSize - 1);
    word.rate = {1'000'000};
    with.swarm.say(1, word);
    with.world.loop.run_for(250ms);
  }

  CHECK(with.world.why_has(id, "peer_fetches"));
  CHECK(with.world.loop.now() - began < alone.took + 500ms);
}

TEST_CASE("who wants a part of it alone asks nobody since the digest proves no part", "[digest]") {
  Digests with;
  with.wish.file.ranges = {{0, 1000}};
  with.swarm.add(1, {with.bytes});

  auto const id = with.world.want(with.wish);
  REQUIRE(with.world.run(id));

  CHECK(with.world.told[id].result);
  CHECK(with.swarm.joined.empty());
}

TEST_CASE("without origin and peers a transfer fails soon after the search", "[digest]") {
  Digests with;
  with.server.files.clear();

  auto const began = with.world.loop.now();
  auto const id = with.world.want(with.wish);
  REQUIRE(with.world.run(id));

  REQUIRE(with.world.told[id].error);
  CHECK(with.world.told[id].error->code == Errc::http_not_found);
  CHECK(with.world.loop.now() - began < 5s);
  CHECK_FALSE(with.swarm.meets(*with.wish.file.sha256));
}
