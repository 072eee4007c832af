#include "engine/share/sharing.h"

#include <catch2/catch.hpp>

#include <map>
#include <set>

#include "tests/support/quiet_swarm.h"
#include "tests/support/transfer_world.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

// Only remembers who is in.
class RecordingSwarm final : public QuietSwarm {
 public:
  void join(SwarmSpec spec, PieceMap const&) override {
    joined.insert(spec.spool);
    asked = spec.peers;
    sha256 = spec.sha256;
  }
  void leave(SpoolId spool) override { joined.erase(spool); }

  std::set<SpoolId> joined;
  std::vector<std::string> asked;
  std::optional<Digest> sha256;
};

class KeptMarks final : public ShareMarks {
 public:
  void mark(SpoolId spool, WallTime until) override { all[spool] = until; }
  void unmark(SpoolId spool) override { all.erase(spool); }
  [[nodiscard]] std::map<SpoolId, WallTime> const& marked() const override { return all; }

  std::map<SpoolId, WallTime> all;
};

// Contents that stand by, and a peer that asks when the test says so.
class Waiting final : public StandBy {
 public:
  void set_stand_by_events(StandByEvents* events) override { listener = events; }
  [[nodiscard]] bool can_stand_by() const override { return can; }
  void stand_by(SpoolId spool, ContentId const&, std::optional<Digest> const& sha256) override {
    standing.insert(spool);
    if (sha256) digests[spool] = *sha256;
  }
  void ask(SpoolId spool) {
    standing.erase(spool);
    listener->on_wanted(spool, "192.0.2.1:7680");
  }

  StandByEvents* listener = nullptr;
  bool can = true;
  std::set<SpoolId> standing;
  std::map<SpoolId, Digest> digests;
};

struct SharingWorld {
  explicit SharingWorld(SharingOptions with_options) : options(with_options) {
    world.transfers.reset();  // It tells the ports to forget their listener.
    world.transfers =
        std::make_unique<Transfers>(TransferPorts{world.loop, world.loop, world.random, world.log,
                                                  world.store, world.origin, &swarm},
                                    TransferOptions{});
    start();
  }
  // As after a restart: the store and its marks are there, everything else is new.
  void start() {
    sharing.reset();
    swarm.joined.clear();
    waiting.standing.clear();
    sharing.emplace(Sharing::Ports{world.loop, world.loop, world.log, world.store, *world.transfers,
                                   marks, &swarm, &waiting},
                    options);
    sharing->resume();
    world.loop.run_for(1s);
  }
  ~SharingWorld() {
    sharing.reset();
    world.transfers.reset();
  }

  // A content that a job wanted, got whole, and no longer needs.
  SpoolId fetch(std::uint64_t seed, bool let_go = true) {
    auto const bytes = sim_bytes(1 << 20, seed);
    auto const host = "h" + std::to_string(seed);
    world.serve(host, bytes);
    auto wish = TransferWorld::wish({host});
    contents[seed] = manifest_of(bytes)->content;
    wish.file.content = contents[seed];
    auto const id = world.want(std::move(wish));
    REQUIRE(world.run(id));
    REQUIRE(world.told[id].result);
    auto const spool = world.told[id].result->spool;
    world.transfers->drop(id);
    if (let_go) sharing->let_go(spool);
    return spool;
  }
  Result<void> share(ContentId const& content, std::optional<Duration> span = std::nullopt) {
    Result<void> answer = fail(Errc::internal);
    sharing->share(content, span, [&](Result<void> done) { answer = std::move(done); });
    world.loop.run_for(1s);
    return answer;
  }

  SharingOptions options;
  TransferWorld world;
  RecordingSwarm swarm;
  KeptMarks marks;
  Waiting waiting;
  std::map<std::uint64_t, ContentId> contents;
  std::optional<Sharing> sharing;
};

}  // namespace

TEST_CASE("a content is pinned until a day within a year", "[share]") {
  SharingWorld world({});
  auto const spool = world.fetch(1, false);
  auto const pin = [&](std::optional<WallTime> until) {
    Result<void> answer = fail(Errc::internal);
    world.sharing->pin(world.contents[1], until, [&](Result<void> done) { answer = done; });
    world.world.loop.run_for(1s);
    return answer;
  };
  auto const now = world.world.loop.wall();
  CHECK(pin(now - 1s).error().code == Errc::invalid_argument);
  CHECK(pin(now + 24h * 400).error().code == Errc::invalid_argument);
  // As nanoseconds this comes round to half a year.
  auto const round = std::chrono::milliseconds{18'446'744'073'709 + 15'552'000'000};
  CHECK(pin(now + round).error().code == Errc::invalid_argument);

  REQUIRE(pin(now + 1h));

  CHECK(world.marks.all.at(spool) == now + 1h);
  world.world.loop.run_for(2h);
  CHECK(world.marks.all.empty());
  CHECK_FALSE(world.swarm.joined.contains(spool));
}

TEST_CASE("a content stays with the swarm for a while after its job", "[share]") {
  SharingWorld with({.share_for = 10min});

  auto const spool = with.fetch(1);

  CHECK(with.swarm.joined.contains(spool));
  CHECK(with.sharing->holds(spool));
  with.world.loop.run_for(9min);
  CHECK(with.swarm.joined.contains(spool));
  with.world.loop.run_for(2min);
  CHECK_FALSE(with.swarm.joined.contains(spool));
  CHECK_FALSE(with.sharing->holds(spool));
}

TEST_CASE("without a time to share the swarm and the store are told at once", "[share]") {
  SharingWorld with({});

  auto const spool = with.fetch(1);

  CHECK(with.swarm.joined.empty());
  CHECK_FALSE(with.sharing->holds(spool));
}

TEST_CASE("of too many shared contents the oldest goes", "[share]") {
  SharingWorld with({.share_for = 1h, .contents_max = 2});

  auto const first = with.fetch(1);
  auto const second = with.fetch(2);
  auto const third = with.fetch(3);

  CHECK(with.swarm.joined == std::set{second, third});
  CHECK_FALSE(with.sharing->holds(first));
}

TEST_CASE("a stored content is shared until it is unshared", "[share]") {
  SharingWorld with({.share_for = 1min});
  auto const spool = with.fetch(1, false);
  with.world.transfers->stop_sharing(spool);
  REQUIRE(with.swarm.joined.empty());

  REQUIRE(with.share(with.contents[1]));

  CHECK(with.swarm.joined.contains(spool));
  with.world.loop.run_for(1h);
  with.sharing->let_go(spool);  // A job that had it meanwhile changes nothing.
  CHECK(with.swarm.joined.contains(spool));
  CHECK(with.sharing->unshare(with.contents[1]));
  CHECK(with.swarm.joined.empty());
  CHECK_FALSE(with.sharing->unshare(with.contents[1]));
}

TEST_CASE("what a transfer has is not let go under it", "[share]") {
  SharingWorld with({});
  auto const bytes = sim_bytes(1 << 20);
  with.world.serve("h", bytes);
  auto const id = with.world.want(TransferWorld::wish({"h"}));
  with.world.loop.run_until([&] { return with.world.told[id].spools_told > 0; }, 1min);
  auto const spool = with.world.told[id].spool;

  with.sharing->let_go(spool);  // By a job that had the same content before.

  CHECK(with.world.store.holds(spool));
  REQUIRE(with.world.run(id));
  CHECK(with.world.told[id].result);
}

TEST_CASE("what is not stored cannot be shared", "[share]") {
  SharingWorld with({});
  auto const answer = with.share(manifest_of(sim_bytes(1000))->content);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Errc::not_found);
}

TEST_CASE("without a swarm nothing is shared", "[share]") {
  TransferWorld world;
  KeptMarks marks;
  Sharing sharing({world.loop, world.loop, world.log, world.store, *world.transfers, marks}, {});
  std::optional<Errc> code;
  sharing.share(manifest_of(sim_bytes(1000))->content, std::nullopt,
                [&](Result<void> const& done) { code = done.error().code; });
  CHECK(code == Errc::policy_refused);
}

TEST_CASE("what is shared is shared again after a restart until it is unshared", "[share]") {
  SharingWorld with({});
  auto const spool = with.fetch(1, false);
  REQUIRE(with.share(with.contents[1]));
  REQUIRE(with.marks.all.at(spool) == kUntilUnshared);
  with.world.transfers->stop_sharing(spool);

  with.start();
  CHECK(with.sharing->holds(spool));
  CHECK(with.waiting.standing.contains(spool));

  CHECK(with.sharing->unshare(with.contents[1]));
  CHECK(with.marks.all.empty());
  with.start();
  CHECK(with.sharing->size() == 0);
}

TEST_CASE("a digest that was verified is answered for after a restart and when it is joined",
          "[share]") {
  SharingWorld with({.share_for = 1h});
  auto const bytes = sim_bytes(1 << 20, 1);
  with.world.serve("h1", bytes);
  auto wish = TransferWorld::wish({"h1"});
  wish.file.sha256 = sha256_of(bytes);
  auto const id = with.world.want(wish);
  REQUIRE(with.world.run(id));
  auto const spool = with.world.told[id].result->spool;
  with.world.transfers->drop(id);
  with.sharing->let_go(spool);
  CHECK(with.sharing->holds(spool));
  with.world.transfers->stop_sharing(spool);

  with.start();

  CHECK(with.waiting.digests.at(spool) == *wish.file.sha256);
  with.waiting.ask(spool);
  with.world.loop.run_for(1s);
  CHECK(with.swarm.sha256 == wish.file.sha256);
}

TEST_CASE("what is shared for a while is shared for the rest of it after a restart", "[share]") {
  SharingWorld with({.share_for = 10min});
  auto const spool = with.fetch(1);
  with.world.loop.run_for(4min);
  with.world.transfers->stop_sharing(spool);

  with.start();
  CHECK(with.sharing->holds(spool));
  with.world.loop.run_for(5min);
  CHECK(with.sharing->holds(spool));
  with.world.loop.run_for(2min);
  CHECK_FALSE(with.sharing->holds(spool));
  CHECK(with.marks.all.empty());
}

TEST_CASE("marks that are over or of contents that are gone are taken away", "[share]") {
  SharingWorld with({});
  auto const spool = with.fetch(1, false);
  with.world.transfers->stop_sharing(spool);
  with.marks.all[spool] = with.world.loop.wall();
  with.marks.all[SpoolId{999}] = kUntilUnshared;

  with.start();

  CHECK(with.marks.all.empty());
  CHECK(with.sharing->size() == 0);
}

TEST_CASE("a shared content without peers stands by and is joined when one asks", "[share]") {
  SharingWorld with({.share_for = 1h});
  auto const spool = with.fetch(1);
  REQUIRE(with.swarm.joined.contains(spool));
  CHECK(with.sharing->joined() == 1);

  with.waiting.listener->on_idle(spool);
  CHECK(with.swarm.joined.empty());
  CHECK(with.waiting.standing.contains(spool));
  CHECK(with.sharing->holds(spool));
  CHECK(with.sharing->joined() == 0);

  with.waiting.ask(spool);
  with.world.loop.run_for(1s);
  CHECK(with.swarm.joined.contains(spool));
  CHECK(with.swarm.asked == std::vector<std::string>{"192.0.2.1:7680"});
  CHECK(with.sharing->joined() == 1);
}

TEST_CASE("where nobody can be heard asking contents stay joined", "[share]") {
  SharingWorld with({.share_for = 1h});
  auto const spool = with.fetch(1);
  with.waiting.can = false;
  with.waiting.listener->on_idle(spool);
  CHECK(with.swarm.joined.contains(spool));
  with.world.transfers->stop_sharing(spool);
  with.start();
  CHECK(with.swarm.joined.contains(spool));
}

TEST_CASE("what only a job needs does not stand by", "[share]") {
  SharingWorld with({.share_for = 1h});
  auto const spool = with.fetch(1, false);
  with.waiting.listener->on_idle(spool);
  CHECK(with.swarm.joined.contains(spool));
  CHECK(with.waiting.standing.empty());
}
