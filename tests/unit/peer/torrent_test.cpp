#include "peer/torrent.h"

#include <catch2/catch.hpp>

#include "tests/support/memory_store.h"

using namespace freshet;
using namespace freshet::peer;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

struct Control final : TorrentControl {
  void connect_at_once() override { ++connects; }
  void search_link() override {}
  void add_piece(PieceIndex piece) override { added.push_back(to_number(piece)); }
  void set_reserved(PieceIndex piece, bool is) override { reserved[to_number(piece)] = is; }
  [[nodiscard]] std::vector<Digest> piece_layer() const override { return layer; }
  void remove() override {}

  int connects = 0;
  std::vector<std::uint32_t> added;
  std::map<std::uint32_t, bool> reserved;
  std::vector<Digest> layer;
};

struct Link final : PeerLink {
  void heed_allowance() override {}
  void tell_claims(std::string const& message) override { told.push_back(message); }
  void tell_word(DigestWord const& word) override { words.push_back(word); }
  void tell_company(std::string const&) override {}
  void release_requests() override { ++released; }
  void nudge() override {}
  void on_judged(PieceIndex piece, bool right) override {
    judged.emplace_back(to_number(piece), right);
  }
  void end(Error) override {}
  [[nodiscard]] std::uint64_t key() const override { return 1; }

  std::vector<std::string> told;
  std::vector<std::pair<std::uint32_t, bool>> judged;
  std::vector<DigestWord> words;
  int released = 0;
};

struct World {
  explicit World(bool manifest_known = true)
      : manifest(manifest_of(std::string(2'000'000, 'x'))),
        torrent(spec(manifest_known), PieceMap(manifest->pieces())) {
    torrent.set_control(&control);
    torrent.add_link(kPeer, link);
  }
  TorrentSpec spec(bool manifest_known) const {
    TorrentSpec spec;
    spec.swarm.content = manifest->content;
    if (manifest_known) spec.swarm.manifest = manifest;
    return spec;
  }

  static constexpr SourceId kPeer{kFirstPeerSource + 1};
  std::shared_ptr<Manifest const> manifest;
  Torrent torrent;
  Control control;
  Link link;
};

}  // namespace

TEST_CASE("verified pieces wait until libtorrent takes them", "[torrent]") {
  World world;
  world.torrent.on_verified(PieceIndex{2}, {});
  CHECK(world.control.added.empty());

  world.torrent.on_ready();
  CHECK(world.control.connects == 1);
  CHECK(world.control.added == std::vector{2U});
  world.torrent.on_verified(PieceIndex{3}, {});
  CHECK(world.control.added == std::vector{2U, 3U});
}

TEST_CASE("a piece that libtorrent has is not added again", "[torrent]") {
  World world;
  world.torrent.on_ready();
  world.torrent.on_passed(PieceIndex{1});

  world.torrent.on_verified(PieceIndex{1}, {});

  CHECK(world.control.added.empty());
  CHECK_FALSE(world.torrent.take_leaves(PieceIndex{1}));
}

TEST_CASE("reserving other pieces frees those reserved before", "[torrent]") {
  World world;
  world.torrent.set_reserved({pieces(0, 2)});
  world.torrent.on_ready();
  CHECK(world.control.reserved == std::map<std::uint32_t, bool>{{0, true}, {1, true}});

  world.torrent.set_reserved({pieces(1, 3)});

  CHECK(world.control.reserved == std::map<std::uint32_t, bool>{{0, false}, {1, true}, {2, true}});
}

TEST_CASE("ranges past the end are cut", "[torrent]") {
  World world;
  world.torrent.on_ready();

  world.torrent.set_reserved({pieces(6, 100)});

  CHECK(world.control.reserved.size() == world.torrent.pieces() - 6);
}

TEST_CASE("claims go to every peer and no claims are not repeated", "[torrent]") {
  World world;
  world.torrent.set_claims({});
  auto const first = world.link.told.size();
  world.torrent.set_claims({});
  CHECK(world.link.told.size() == first);

  world.torrent.set_claims({{pieces(0, 1), 1s}});
  world.torrent.set_claims({{pieces(0, 1), 1s}});
  world.torrent.set_claims({});

  CHECK(world.link.told.size() == first + 3);
}

TEST_CASE("a layer that peers gave is believed when it folds to the root", "[torrent]") {
  World world(false);
  world.control.layer = world.manifest->layer;
  world.control.layer.back() = {};
  world.torrent.look_for_layer();
  CHECK_FALSE(world.torrent.report.pending());

  world.control.layer = world.manifest->layer;
  world.torrent.look_for_layer();

  CHECK(world.torrent.report.take().manifest->layer == world.manifest->layer);
  CHECK(world.torrent.set_manifest(world.manifest, "file"));
  CHECK(world.link.released == 1);
}

TEST_CASE("a manifest from elsewhere needs the torrent to be added again", "[torrent]") {
  World world(false);

  CHECK_FALSE(world.torrent.set_manifest(world.manifest, "file"));
  CHECK(world.link.released == 0);
  auto const again = world.torrent.again();
  CHECK(again->knows_manifest());
  CHECK(again->spec().torrent == "file");
}

TEST_CASE("a torrent that is added again keeps what is verified and claimed", "[torrent]") {
  World world;
  world.torrent.on_verified(PieceIndex{1}, {});
  world.torrent.set_claims({{pieces(2, 3), 1s}});

  auto const again = world.torrent.again();

  CHECK(again->verified().has(PieceIndex{1}));
  CHECK(again->claims_message() == world.torrent.claims_message());
}

TEST_CASE("links hear of each piece whether it is right", "[torrent]") {
  World world;
  world.torrent.on_verified(PieceIndex{2}, {});
  world.torrent.on_dropped(PieceIndex{3});
  CHECK(world.link.judged == std::vector<std::pair<std::uint32_t, bool>>{{2, true}, {3, false}});
}

TEST_CASE("the last piece has the blocks that are left", "[torrent]") {
  World const world;  // 2,000,000 bytes in pieces of 64 KiB: the last has 33,920.
  CHECK(world.torrent.blocks_of(PieceIndex{0}) == 4);
  CHECK(world.torrent.blocks_of(PieceIndex{30}) == 3);
}

TEST_CASE("the layer is asked for again when who has everything does not give it", "[torrent]") {
  World world(false);
  auto& torrent = world.torrent;
  TimePoint const start{100s};
  CHECK_FALSE(torrent.lacks_layer(start));
  PieceMap all(torrent.pieces());
  all.set(pieces(0, all.size()));
  torrent.report.arrive(World::kPeer);
  torrent.report.has(World::kPeer, all);

  CHECK_FALSE(torrent.lacks_layer(start));
  CHECK_FALSE(torrent.lacks_layer(start + 2s));
  CHECK(torrent.lacks_layer(start + 3s));

  // What was added again is more patient.
  auto const again = torrent.again();
  again->report.arrive(World::kPeer);
  again->report.has(World::kPeer, all);
  CHECK_FALSE(again->lacks_layer(start));
  CHECK_FALSE(again->lacks_layer(start + 5s));
  CHECK(again->lacks_layer(start + 6s));
  CHECK_FALSE(World(true).torrent.lacks_layer(start + 1h));
}

TEST_CASE("in a meeting each word is said once", "[torrent]") {
  World world;
  DigestWord word;
  word.kind = DigestWord::Kind::knows;

  world.torrent.set_word(word);
  world.torrent.set_word(word);

  CHECK(world.link.words == std::vector{word});
}

TEST_CASE("a layer that a peer gives is told once and a wrong one is refused", "[torrent]") {
  World world(false);
  CHECK(world.torrent.wants_layer());
  auto wrong = world.manifest->layer;
  wrong.back() = {};
  CHECK_FALSE(world.torrent.take_layer(wrong));
  CHECK(world.torrent.wants_layer());

  CHECK(world.torrent.take_layer(world.manifest->layer));

  CHECK_FALSE(world.torrent.wants_layer());
  REQUIRE(world.torrent.report.take().manifest);
  world.control.layer = world.manifest->layer;
  world.torrent.look_for_layer();
  CHECK_FALSE(world.torrent.report.take().manifest);
}
