#include "engine/transfer/planner.h"

#include <catch2/catch.hpp>

#include "tests/support/sim_loop.h"

namespace freshet {
namespace {

using namespace std::chrono_literals;

// A planner with one admitted source and a content of one piece.
struct OnePiece {
  OnePiece() {
    Source source;
    source.id = SourceId{1};
    source.host = budget.host("origin");
    source.admission = Admission::admitted;
    sources.add(source);
    planner.open({256_KiB, 256_KiB}, PieceMap(1));
    planner.want({0, 256_KiB});
  }
  // Who is asked for what, now.
  std::vector<StartFetch> started() {
    std::vector<StartFetch> all;
    for (auto const& order : planner.plan(now).orders) {
      if (auto const* const start = std::get_if<StartFetch>(&order)) all.push_back(*start);
    }
    return all;
  }
  void end(FetchId fetch, Bytes next) {
    static_cast<void>(planner.on_end(fetch, {std::nullopt, next, next, std::nullopt}, now));
  }

  TimePoint now{};
  test::SeededRandom random{1};
  SourceBook sources{{5, 100ms, 1s}, random};
  ConnectionBudget budget{8, 8};
  FetchIds ids;
  DecisionRecord why{now, 16};
  Planner planner{{sources, budget, ids, why, random}, {}};
};

TEST_CASE("a piece refused before its bytes were reported is asked for again", "[planner]") {
  OnePiece world;
  auto const first = world.started();
  REQUIRE(first.size() == 1);

  world.planner.on_rejected(PieceIndex{0});
  world.planner.on_progress(first[0].id, 256_KiB, world.now);
  world.end(first[0].id, 256_KiB);

  auto const again = world.started();
  REQUIRE(again.size() == 1);
  CHECK(again[0].begin == 0);
}

TEST_CASE("a refused piece of which the end alone reports the bytes is asked for again",
          "[planner]") {
  OnePiece world;
  auto const first = world.started();
  REQUIRE(first.size() == 1);

  world.planner.on_rejected(PieceIndex{0});
  world.end(first[0].id, 256_KiB);

  CHECK(world.started().size() == 1);
}

TEST_CASE("a piece refused in the middle of a block is asked for from the block's start",
          "[planner]") {
  OnePiece world;
  auto const first = world.started();
  REQUIRE(first.size() == 1);

  world.planner.on_progress(first[0].id, 100'000, world.now);
  world.planner.on_rejected(PieceIndex{0});
  world.end(first[0].id, 256_KiB);

  for (auto const& again : world.started()) CHECK(again.begin % 16_KiB == 0);
}

TEST_CASE("a piece that came is not asked for again while the store judges it", "[planner]") {
  OnePiece world;
  auto const first = world.started();
  REQUIRE(first.size() == 1);

  world.end(first[0].id, 256_KiB);

  CHECK(world.started().empty());
}

TEST_CASE("preferred ranges come first as whole pieces and in their order", "[planner]") {
  OnePiece world;
  Planner planner{{world.sources, world.budget, world.ids, world.why, world.random}, {}};
  planner.open({64_MiB, 1_MiB}, PieceMap(64));
  planner.want({0, 64_MiB});
  planner.prefer({{70_MiB, 71_MiB}, {40_MiB + 5, 40_MiB + 10}, {10_MiB, kToEnd}});
  auto const next = [&] {
    for (auto const& order : planner.plan(world.now).orders) {
      auto const* const start = std::get_if<StartFetch>(&order);
      if (start == nullptr) continue;
      CHECK(start->end);
      static_cast<void>(planner.on_end(
          start->id, {std::nullopt, *start->end - start->begin, *start->end, {}}, world.now));
      return start->begin;
    }
    return Bytes{0};
  };

  CHECK(next() == 40_MiB);
  CHECK(next() == 10_MiB);
  CHECK(next() > 10_MiB);
  planner.prefer({});
  CHECK(next() == 0);
}

// How many more connections are opened after one brought so much in its first second, while a
// manifest is awaited and once it is there.
struct BesideManifest : OnePiece {
  enum class Then { came, too_late };
  explicit BesideManifest(Bytes first_second, Then when = Then::came) {
    sources.find(SourceId{1})->governor = ConnectionGovernor(8, 0);
    planner.open({64_MiB, 1_MiB}, PieceMap(64));
    planner.want({0, 64_MiB});
    planner.await_manifest(SourceId{1}, now + 1min);
    auto const first = started();
    REQUIRE(first.size() == 1);
    OriginHead head;
    head.length = 64_MiB;
    head.ranges = true;
    planner.on_head(first[0].id, head, now);
    now += 1s;
    planner.on_progress(first[0].id, first_second, now);
    awaited = started().size();
    if (when == Then::came) planner.on_manifest();
    if (when == Then::too_late) {
      now += 1min;
      planner.on_progress(first[0].id, first_second + 1, now);
    }
    after = started().size();
  }

  std::size_t awaited = 0;
  std::size_t after = 0;
};

TEST_CASE("a thin link is left to one connection while a manifest is awaited", "[planner]") {
  BesideManifest const thin(100_KiB);
  CHECK(thin.awaited == 0);
  CHECK(thin.after == 1);

  CHECK(BesideManifest(100_KiB, BesideManifest::Then::too_late).after >= 1);
  BesideManifest const wide(8_MiB);
  CHECK(wide.awaited >= 1);
}

TEST_CASE("bytes of a piece that is right have come although the carrier did not say so yet",
          "[planner]") {
  OnePiece world;
  auto const first = world.started();
  REQUIRE(first.size() == 1);

  world.planner.on_present(PieceIndex{0}, first[0].source, world.now);

  CHECK(world.sources.find(first[0].source)->useful == 256_KiB);
  world.end(first[0].id, 256_KiB);
  CHECK(world.sources.find(first[0].source)->useful == 256_KiB);
}

// A crowd of us and two others, and of sixteen pieces.
struct ThreeMembers {
  static constexpr SourceId kFirst{kFirstPeerSource};
  static constexpr SourceId kSecond{kFirstPeerSource + 1};

  ThreeMembers() {
    for (auto const id : {kFirst, kSecond}) {
      PeerInfo peer;
      peer.id = id;
      peer.key = static_cast<std::uint64_t>(id);
      peer.speaks_claims = true;
      crowd.add(peer, now);
    }
    unasked.add({0, 16 * 256_KiB});
  }
  void bring(std::uint32_t pieces) {
    for (std::uint32_t piece = 0; piece < pieces; ++piece) crowd.on_own(PieceIndex{piece}, true);
  }
  // The others bring us as much as the origin does, and the first of them fetches the last piece.
  void claim_last() {
    crowd.on_received(kFirst, 10 * 256_KiB, now);
    Claim const claim{{PieceIndex{15}, PieceIndex{16}}, 10s};
    crowd.on_claims(kFirst, {&claim, 1}, now);
  }
  [[nodiscard]] bool fetches() {
    RangeSet left = unasked;
    for (std::uint32_t piece = 0; piece < 8; ++piece)
      left.subtract(geometry.bytes(PieceIndex{piece}));
    for (int tries = 0; tries < 3; ++tries, now += 70ms) {
      if (crowd.pick(left, {1e6, 1e6, 256_KiB, 256_KiB}, random, now)) return true;
    }
    return false;
  }

  TimePoint now{100s};
  test::SeededRandom random{1};
  Geometry geometry{16 * 256_KiB, 256_KiB};
  CrowdPolicy policy;
  Crowd crowd{{1, 2}, geometry, PieceMap(16), policy, now};
  RangeSet unasked;
};

TEST_CASE("who owes the crowd much leaves the origin to the others for a while", "[crowd]") {
  ThreeMembers world;
  world.bring(8);
  world.claim_last();

  CHECK_FALSE(world.fetches());
  world.now += world.policy.hold_max;
  CHECK(world.fetches());
}

TEST_CASE("who owes the crowd little or finds the origin idle fetches on", "[crowd]") {
  ThreeMembers little;
  little.bring(1);
  little.claim_last();
  CHECK(little.fetches());

  ThreeMembers alone;
  alone.bring(8);
  CHECK(alone.fetches());
}

TEST_CASE("peers that bring less than policy asks of them are helped by the origin", "[crowd]") {
  for (double const least : {0.0, 1e6}) {
    ThreeMembers world;
    auto policy = economy_policy();
    policy.rate_min = least;
    Crowd crowd({1, 2}, world.geometry, PieceMap(16), policy, world.now);
    PeerInfo peer;
    peer.id = ThreeMembers::kFirst;
    crowd.add(peer, world.now);
    PieceMap all(16);
    all.set(PieceRange{PieceIndex{0}, PieceIndex{16}});
    crowd.on_has(ThreeMembers::kFirst, all, world.now);

    bool helped = false;
    for (int second = 0; second < 60; ++second, world.now += 1s) {
      crowd.on_received(ThreeMembers::kFirst, 100'000, world.now);
      helped |= crowd.pick(world.unasked, {1e6, 1e6, 256_KiB, 256_KiB}, world.random, world.now)
                    .has_value();
    }
    CHECK(helped == (least > 0));
  }
}

TEST_CASE("what buffers on the way bring at once makes no neighbour slow", "[crowd]") {
  OnePiece world;
  Planner planner{{world.sources, world.budget, world.ids, world.why, world.random}, {}};
  planner.open({64_MiB, 64_KiB}, PieceMap(1024));
  planner.want({0, 64_MiB});
  planner.join_crowd({1, 2}, {}, world.now);
  auto const first = std::get<StartFetch>(planner.plan(world.now).orders.at(0));
  // 70 KiB in 5 ms, before the neighbour is met.
  auto const reached = first.begin + 70_KiB;
  static_cast<void>(planner.on_end(first.id, {std::nullopt, 70_KiB, reached, {}}, world.now + 5ms));
  PeerInfo peer;
  peer.id = SourceId{kFirstPeerSource};
  planner.crowd()->add(peer, world.now);
  PieceMap all(1024);
  all.set(PieceRange{PieceIndex{0}, PieceIndex{1024}});
  planner.crowd()->on_has(peer.id, all, world.now);

  for (int tenth = 0; tenth < 20; ++tenth, world.now += 100ms) {
    planner.crowd()->on_received(ThreeMembers::kFirst, 900'000, world.now);
    CHECK(planner.plan(world.now).orders.empty());
  }
}

TEST_CASE("peers that come and go and give nothing keep nobody from the origin", "[crowd]") {
  ThreeMembers world;
  Crowd crowd({1, 2}, world.geometry, PieceMap(16), {}, world.now);
  PieceMap all(16);
  all.set(PieceRange{PieceIndex{0}, PieceIndex{16}});
  std::optional<ByteRange> picked;
  // One has everything at any moment.
  for (std::uint64_t i = 0; i < 100 && !picked; ++i, world.now += 50ms) {
    PeerInfo peer;
    peer.id = SourceId{kFirstPeerSource + i};
    crowd.add(peer, world.now);
    crowd.on_has(peer.id, all, world.now);
    picked = crowd.pick(world.unasked, {1e6, 1e6, 256_KiB, 256_KiB}, world.random, world.now);
    if (i % 2 == 1) {
      for (auto const left : {i - 1, i}) crowd.remove(SourceId{kFirstPeerSource + left}, world.now);
    }
  }
  CHECK(picked);
}

// Two of them claim everything at any moment, each for half a second and then under another name.
TEST_CASE("peers that come back under other names claim nothing anew", "[crowd]") {
  ThreeMembers world;
  Crowd crowd({1, 2}, world.geometry, PieceMap(16), {}, world.now);
  auto const begun = world.now;
  std::optional<ByteRange> picked;
  for (std::uint64_t i = 0; i < 200 && !picked; ++i, world.now += 250ms) {
    PeerInfo peer;
    peer.id = SourceId{kFirstPeerSource + i};
    peer.key = i + 7;
    peer.speaks_claims = true;
    if (i >= 3) crowd.remove(SourceId{kFirstPeerSource + i - 3}, world.now);
    crowd.add(peer, world.now);
    Claim const half{i % 2 == 0 ? pieces(0, 8) : pieces(8, 16), 30s};
    crowd.on_claims(peer.id, {&half, 1}, world.now);
    if (i < 1) continue;
    picked = crowd.pick(world.unasked, {1e6, 1e6, 256_KiB, 256_KiB}, world.random, world.now);
  }
  CHECK(picked);
  CHECK(world.now - begun <= 4 * world.policy.claim_patience_min + 1s);
}

// Their keys are chosen so that they should fetch and we should not; they claim a group each
// second.
TEST_CASE("those who should fetch and only say so are not waited for group by group", "[crowd]") {
  ThreeMembers world;
  Crowd crowd({1, 2}, world.geometry, PieceMap(16), {}, world.now);
  Fetchers all{1 ^ 2, 16, 32};
  std::vector<SourceId> ids;
  for (std::uint64_t key = 10; all.before_us() < 40; ++key) {
    auto const before = all.before_us();
    all.add(key ^ 2);
    if (all.before_us() == before) continue;
    PeerInfo peer;
    peer.id = ids.emplace_back(SourceId{kFirstPeerSource + key});
    peer.key = key;
    peer.speaks_claims = true;
    crowd.add(peer, world.now);
  }
  auto const begun = world.now;
  std::optional<ByteRange> picked;
  for (std::uint32_t i = 0; i < 600 && !picked; ++i, world.now += 100ms) {
    auto const group = i / 10 % 16;
    Claim const claim{pieces(group, group + 1), 30s};
    if (i % 10 == 0) crowd.on_claims(ids[group], {&claim, 1}, world.now);
    picked = crowd.pick(world.unasked, {1e6, 1e6, 256_KiB, 256_KiB}, world.random, world.now);
  }
  CHECK(picked);
  CHECK(world.now - begun <= 2 * world.policy.takeover_time + 4 * world.policy.claim_patience_min);
}

TEST_CASE("a piece that peers sent wrong is asked of the origin at once", "[crowd]") {
  ThreeMembers world;
  PieceMap all(16);
  all.set(PieceRange{PieceIndex{0}, PieceIndex{16}});
  world.crowd.on_has(ThreeMembers::kFirst, all, world.now);
  world.crowd.on_received(ThreeMembers::kFirst, 10 * 256_KiB, world.now);
  auto const picked = [&] {
    return world.crowd.pick(world.unasked, {1e6, 1e6, 256_KiB, 256_KiB}, world.random, world.now);
  };
  REQUIRE_FALSE(picked());

  PieceIndex const wrong{7};
  world.crowd.distrust(wrong);

  CHECK(picked() == world.geometry.bytes(wrong));
  CHECK_FALSE(world.crowd.should_yield(world.geometry.bytes(wrong), world.now));
  world.crowd.on_own(wrong, true);
  CHECK_FALSE(picked());
}

TEST_CASE("peers that claim and give nothing hold nobody back", "[crowd]") {
  ThreeMembers world;
  world.bring(8);
  world.claim_last();
  world.now += 1s;
  CHECK(world.fetches());
}

// Three who have just met, each as seen by itself: all fetch and nobody has anything.
struct FirstPiece {
  FirstPiece() {
    std::array<std::uint64_t, 3> const keys{11, 12, 13};
    for (auto const own : keys) {
      auto& crowd = members.emplace_back(Crowd::Place{own, 0}, geometry, PieceMap(16), policy, now);
      for (auto const key : keys) {
        if (key != own) meet(crowd, key);
      }
    }
  }
  void meet(Crowd& crowd, std::uint64_t key) {
    PeerInfo peer;
    peer.id = SourceId{kFirstPeerSource + key};
    peer.key = key;
    peer.speaks_claims = true;
    crowd.add(peer, now);
    PieceIndex const piece{static_cast<std::uint32_t>(key)};
    Claim const claim{{piece, PieceIndex{to_number(piece) + 1}}, 10s};
    crowd.on_claims(peer.id, {&claim, 1}, now);
  }
  // How many of them the origin is asked by.
  [[nodiscard]] auto fetching() {
    RangeSet left;
    left.add({0, 8 * 256_KiB});
    return std::ranges::count_if(members, [&](Crowd& crowd) {
      return crowd.pick(left, {1e6, 1e6, 256_KiB, 256_KiB}, random, now).has_value();
    });
  }

  TimePoint now{100s};
  test::SeededRandom random{1};
  Geometry geometry{16 * 256_KiB, 256_KiB};
  CrowdPolicy policy;
  std::vector<Crowd> members;
};

TEST_CASE("the first piece of a crowd is fetched by one alone", "[crowd]") {
  FirstPiece world;
  CHECK(world.fetching() == 1);
  for (auto& crowd : world.members) crowd.on_own(PieceIndex{9}, true);
  CHECK(world.fetching() > 1);
}

TEST_CASE("nobody waits for the first piece for long", "[crowd]") {
  FirstPiece world;
  world.now += world.policy.first_piece_max;
  CHECK(world.fetching() > 1);
}

TEST_CASE("who fetches the first piece of a crowd as well gives way", "[crowd]") {
  FirstPiece world;
  auto const yields = std::ranges::count_if(world.members, [&](Crowd const& crowd) {
    return crowd.should_yield({0, 256_KiB}, world.now);
  });
  CHECK(yields == 2);
}

// The third has not begun with its share, the others have done theirs.
TEST_CASE("two who go on with the groups of a third choose different ones", "[crowd]") {
  FirstPiece world;
  RangeSet left;
  Fetchers third{13, 16, 32};
  third.add(11);
  third.add(12);
  for (Fetchers::Group group = 0; group < 16; ++group) {
    if (third.owns(group)) left.add(world.geometry.bytes(PieceIndex{group}));
  }
  REQUIRE(left.size() >= 3 * 256_KiB);

  std::vector<PieceRange> wanted;
  for (auto& crowd : std::span{world.members}.first(2)) {
    crowd.on_own(PieceIndex{11}, true);
    CHECK_FALSE(crowd.pick(left, {1e6, 1e6, 256_KiB, 256_KiB}, world.random, world.now));
    for (auto const& range : crowd.intended()) wanted.push_back(range);
  }
  REQUIRE(wanted.size() == 2);
  CHECK(wanted[0] != wanted[1]);
}

TEST_CASE("a fetcher knows how many have more right to a group", "[crowd]") {
  Fetchers one{11, 16, 32};
  Fetchers other{12, 16, 32};
  one.add(12);
  other.add(11);
  for (Fetchers::Group group = 0; group < 16; ++group) {
    CHECK(one.rank(group) + other.rank(group) == 1);
    CHECK(one.owns(group) == (one.rank(group) == 0));
    auto const& taker = one.owns(group) ? other : one;
    auto const& owner = one.owns(group) ? one : other;
    CHECK(taker.steps_of_owner(group) == (group + 16 - owner.start()) % 16);
  }
}

}  // namespace
}  // namespace freshet
