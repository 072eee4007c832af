// Stored contents are read again in the background: slowly, in turn, and without being used by it.
#include "store/scrubber.h"

#include <catch2/catch.hpp>

#include "tests/support/sim_store.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

constexpr Bytes kSize = 8_MiB;
constexpr Bytes kPiece = 64_KiB;

struct World {
  std::shared_ptr<SimDisk> disk = std::make_shared<SimDisk>();
  std::shared_ptr<SimKeyValue> database = std::make_shared<SimKeyValue>();
  StoreOptions options;

  World() {
    static_cast<void>(disk->make_directory("/out"));
    options.scrub_rate = BytesPerSecond{1_MiB};
    options.scrub_interval = 1h;
    options.scrub_pause = 1min;
  }
  [[nodiscard]] std::unique_ptr<SimStore> start() {
    return std::make_unique<SimStore>(disk, database, options, 1);
  }
  void damage(SpoolId spool, std::uint32_t piece) {
    disk->damage("/data/spool/" + store::file_name_of(spool), piece * kPiece + 1000);
  }
};

// Sealed; `job` refers to it.
SpoolId store_content(SimStore& store, std::uint64_t seed, bool job = true) {
  auto const bytes = some_bytes(kSize, seed);
  auto const opened = store.open({bytes.size(), {}});
  REQUIRE(opened);
  FileRecord file;
  file.index = static_cast<std::uint32_t>(seed);
  file.spool = opened->id;
  if (job) REQUIRE(store.save({{}, {file}, {}}));
  REQUIRE(store.write(opened->id, 0, bytes));
  REQUIRE(store.seal(opened->id));
  return opened->id;
}

}  // namespace

TEST_CASE("rot is found in the background and the piece can be fetched again", "[store]") {
  World world;
  auto const store = world.start();
  auto const spool = store_content(*store, 1);
  store->contents().release(spool);
  world.damage(spool, 5);

  store->loop().run_for(59min);
  CHECK(store->rejected(spool).empty());
  store->loop().run_for(2min);

  CHECK(store->log().find("stored bytes are wrong") != std::string::npos);
  auto const place = store->place(spool, {.path = "/out/x"});
  REQUIRE_FALSE(place);
  CHECK(place.error().code == Errc::piece_mismatch);
  auto const opened = store->reopen(spool);
  REQUIRE(opened);
  CHECK(opened->present.count() == 127);
  CHECK_FALSE(opened->present.has(PieceIndex{5}));
  auto const bytes = some_bytes(kSize, 1);
  REQUIRE(store->write(spool, 5 * kPiece, std::span(bytes).subspan(5 * kPiece, kPiece)));
  REQUIRE(store->seal(spool));
  CHECK(store->place(spool, {.path = "/out/x"}));
}

TEST_CASE("a piece that rot took is absent after a restart too", "[store]") {
  World world;
  auto store = world.start();
  auto const spool = store_content(*store, 1);
  world.damage(spool, 5);
  store->loop().run_for(2h);
  store.reset();

  store = world.start();

  auto const place = store->place(spool, {.path = "/out/x"});
  REQUIRE_FALSE(place);
  CHECK(place.error().code == Errc::piece_mismatch);
  CHECK(store->reopen(spool)->present.count() == 127);
}

TEST_CASE("a content of the cache that rots is dropped", "[store]") {
  World world;
  world.options.cache_bytes_max = 1_GiB;
  auto const store = world.start();
  auto const spool = store_content(*store, 1, false);
  store->contents().release(spool);
  world.damage(spool, 31);

  store->loop().run_for(2h);

  CHECK(store->contents().list().empty());
  CHECK_FALSE(world.disk->contents("/data/spool/" + store::file_name_of(spool)));
}

TEST_CASE("contents are scrubbed in turn and no faster than allowed", "[store]") {
  World world;
  world.options.scrub_interval = 0s;
  auto const store = world.start();
  auto const first = store_content(*store, 1);
  auto const second = store_content(*store, 2);
  store->loop().run_for(1s);
  world.damage(first, 0);
  world.damage(second, 0);

  // Eight steps of 1 MiB, a second apart.
  store->loop().run_for(59s + 6s);
  CHECK(store->rejected(first).empty());
  store->loop().run_for(1s);
  CHECK(store->rejected(first).size() == 1);
  store->loop().run_for(60s + 6s);
  CHECK(store->rejected(second).empty());
  store->loop().run_for(2s);
  CHECK(store->rejected(second).size() == 1);
}

TEST_CASE("a scrub goes on after a restart where it was", "[store]") {
  World world;
  world.options.scrub_interval = 0s;
  auto store = world.start();
  auto const spool = store_content(*store, 1);
  store->loop().run_for(60s + 4s);
  store->stop();
  store.reset();
  world.damage(spool, 0);    // Read already.
  world.damage(spool, 127);  // Not read yet.

  store = world.start();
  store->loop().run_for(60s + 1s);
  CHECK(store->rejected(spool).empty());
  store->loop().run_for(2s);

  REQUIRE(store->rejected(spool).size() == 1);
  CHECK(store->rejected(spool)[0].piece == PieceIndex{127});
}

TEST_CASE("the next scrub of a content begins at its begin", "[store]") {
  World world;
  world.options.scrub_interval = 0s;
  auto const store = world.start();
  auto const spool = store_content(*store, 1);
  store->loop().run_for(70s);
  world.damage(spool, 0);

  store->loop().run_for(70s);

  CHECK(store->rejected(spool).size() == 1);
}

TEST_CASE("whoever opens a content during its scrub keeps it open", "[store]") {
  World world;
  world.options.scrub_interval = 0s;
  world.options.cache_bytes_max = 1_GiB;
  auto const store = world.start();
  auto const spool = store_content(*store, 1, false);
  store->contents().release(spool);
  store->loop().run_for(63s);

  REQUIRE(store->reopen(spool));
  store->loop().run_for(30s);

  std::vector<std::byte> got(kPiece);
  CHECK(store->store().reader().read(spool, 0, got, PieceReader::Patience::wait));
  store->contents().release(spool);
  CHECK_FALSE(store->store().reader().read(spool, 0, got, PieceReader::Patience::wait));
}

TEST_CASE("a content that goes during its scrub ends it and the next comes", "[store]") {
  World world;
  world.options.scrub_interval = 0s;
  auto const store = world.start();
  auto const gone = store_content(*store, 1);
  auto const other = store_content(*store, 2);
  world.damage(other, 3);
  store->loop().run_for(63s);

  FileRecord unused;
  unused.index = 1;
  REQUIRE(store->save({{}, {unused}, {}}));
  store->contents().release(gone);
  store->loop().run_for(3min);

  CHECK(store->contents().list().size() == 1);
  CHECK(store->rejected(other).size() == 1);
}

TEST_CASE("a scrub is no use and its rate can be zero", "[store]") {
  World world;
  world.options.scrub_interval = 0s;
  world.options.cache_bytes_max = kSize;
  SECTION("the content used longest ago leaves the cache first") {
    auto const store = world.start();
    auto const older = store_content(*store, 1, false);
    store->loop().run_for(1s);
    auto const newer = store_content(*store, 2, false);
    store->contents().release(older);
    store->loop().run_for(10min);
    store->contents().release(newer);
    store->loop().run_for(1min);

    auto const left = store->contents().list();
    REQUIRE(left.size() == 1);
    CHECK(left[0].spool == newer);
  }
  SECTION("nothing is read") {
    world.options.scrub_rate = {};
    auto const store = world.start();
    auto const spool = store_content(*store, 1);
    world.damage(spool, 0);
    store->loop().run_for(24h);
    CHECK(store->rejected(spool).empty());
  }
}

TEST_CASE("a position of a scrub comes out as it went in and damage counts as none", "[store]") {
  auto const bytes = encode(store::ScrubPosition{SpoolId{77}, PieceIndex{123'456}});
  auto const again = store::decode_scrub(bytes);
  REQUIRE(again);
  CHECK(again->spool == SpoolId{77});
  CHECK(again->next == PieceIndex{123'456});
  CHECK_FALSE(store::decode_scrub(bytes.substr(1)));
  CHECK_FALSE(store::decode_scrub(bytes + "x"));
  CHECK_FALSE(store::decode_scrub(""));
}
