// Disks that are full or broken: the content fails clearly, nothing durable is lost, and it goes on
// once the disk is well again.
#include <catch2/catch.hpp>

#include "engine/base/hash.h"
#include "tests/support/sim_store.h"

using namespace freshet;
using namespace freshet::test;

namespace {

struct World {
  std::shared_ptr<SimDisk> disk = std::make_shared<SimDisk>();
  std::shared_ptr<SimKeyValue> database = std::make_shared<SimKeyValue>();
  StoreOptions options;

  [[nodiscard]] std::unique_ptr<SimStore> start() {
    return std::make_unique<SimStore>(disk, database, options, 1);
  }
};

// A content of which one quarter is durable, and the sync of the next one failed.
struct HalfSynced : World {
  HalfSynced() : store(start()) {
    auto const opened = store->open({bytes.size(), {}});
    REQUIRE(opened);
    id = opened->id;
    REQUIRE(store->write(id, 0, std::span(bytes).first(262'144)));
    store->flush();
    REQUIRE(store->write(id, 262'144, std::span(bytes).subspan(262'144, 262'144)));
    FileRecord file;
    file.spool = id;  // So that the next run knows it.
    REQUIRE(store->save({{}, {file}, {}}));
    disk->fail_next(SimDisk::Act::sync, Errc::io_error);
    store->flush();
    REQUIRE(store->failed(id));
  }

  std::vector<std::byte> const bytes = some_bytes(1'000'000);
  std::unique_ptr<SimStore> store;
  SpoolId id = SpoolId::none;
};

}  // namespace

TEST_CASE("a full disk is known before the first byte", "[store]") {
  World world;
  world.disk->set_capacity(1_MiB);
  auto const store = world.start();

  auto const opened = store->open({2_MiB, {}});

  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == Errc::disk_full);
  CHECK(store->contents().list().empty());
  CHECK(world.disk->used() == 0);
  CHECK(store->open({512_KiB, {}}));
}

TEST_CASE("a failed write ends the streams and a reopened content goes on with what it has",
          "[store]") {
  for (auto const code : {Errc::disk_full, Errc::quota_exceeded, Errc::io_error, Errc::read_only}) {
    World world;
    auto const store = world.start();
    auto const bytes = some_bytes(1'000'000);
    auto const opened = store->open({bytes.size(), {.sha256 = sha256(bytes)}});
    REQUIRE(opened);
    REQUIRE(store->write(opened->id, 0, std::span(bytes).first(262'144)));

    world.disk->fail_next(SimDisk::Act::write, code);
    REQUIRE(store->write(opened->id, 262'144, std::span(bytes).subspan(262'144, 262'144)));

    REQUIRE(store->failed(opened->id));
    CHECK(store->failed(opened->id)->code == code);
    auto const refused = store->write(opened->id, 524'288, std::span(bytes).subspan(524'288));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == code);

    auto const again = store->reopen(opened->id);
    REQUIRE(again);
    CHECK(again->present.count() == 4);
    REQUIRE(store->write(opened->id, 0, bytes));
    CHECK(store->seal(opened->id));
  }
}

TEST_CASE("what a failed sync may have lost is fetched again and the rest kept", "[store]") {
  HalfSynced world;
  auto& store = world.store;
  CHECK(store->failed(world.id)->code == Errc::io_error);

  auto const again = store->reopen(world.id);

  REQUIRE(again);
  CHECK(again->present.count() == 4);
  CHECK(again->present.has(PieceIndex{0}));
  REQUIRE(store->write(world.id, 262'144, std::span(world.bytes).subspan(262'144)));
  CHECK(store->seal(world.id));
}

TEST_CASE("what only the page cache has after a failed sync reaches the disk in the next run",
          "[store]") {
  HalfSynced world;
  auto& store = world.store;

  store.reset();  // It dies before it can say that these pieces are in doubt.
  store = world.start();
  auto const again = store->reopen(world.id);
  REQUIRE(again);
  CHECK(again->present.count() == 8);
  REQUIRE(store->write(world.id, 524'288, std::span(world.bytes).subspan(524'288)));
  REQUIRE(store->seal(world.id));

  store.reset();
  world.disk->cut_power(1);
  world.database->cut_power(1);
  store = world.start();
  auto const right = store->verify(world.id);
  REQUIRE(right);
  CHECK(right->all());
}

TEST_CASE("a database that cannot be written fails the content and loses nothing", "[store]") {
  World world;
  auto store = world.start();
  auto const bytes = some_bytes(600'000);
  auto const opened = store->open({bytes.size(), {}});
  REQUIRE(opened);
  REQUIRE(store->write(opened->id, 0, bytes));

  world.database->fail_next_write(Errc::disk_full);
  store->flush();

  REQUIRE(store->failed(opened->id));
  CHECK(store->failed(opened->id)->code == Errc::disk_full);
  auto const again = store->reopen(opened->id);
  REQUIRE(again);
  CHECK(again->present.all());
  CHECK(again->salvaged == bytes.size());
  CHECK(store->seal(opened->id));
}

TEST_CASE("a ledger change that cannot be written says so and the next can", "[store]") {
  World world;
  auto store = world.start();
  FileRecord file;
  world.database->fail_next_write(Errc::disk_full);

  auto const failed = store->save({{}, {file}, {}});
  CHECK(failed.error().code == Errc::disk_full);
  CHECK(store->save({{}, {file}, {}}));
}

TEST_CASE("changes of one turn share one synced write", "[store]") {
  World world;
  auto store = world.start();
  auto const before = world.database->synced_writes();
  int saved = 0;
  for (std::uint32_t i = 0; i < 50; ++i) {
    FileRecord file;
    file.index = i;
    store->store().ledger().save({{}, {file}, {}}, [&](Result<void> result) {
      if (result) ++saved;
    });
  }
  store->loop().run_ready();

  CHECK(saved == 50);
  CHECK(world.database->synced_writes() - before == 1);
}

TEST_CASE("many small contents share few syncs", "[store]") {
  World world;
  auto store = world.start();
  auto const bytes = some_bytes(4096);
  std::vector<SpoolId> spools;
  for (int i = 0; i < 200; ++i) {
    auto const opened = store->open({bytes.size(), {}});
    REQUIRE(opened);
    REQUIRE(store->write(opened->id, 0, bytes));
    spools.push_back(opened->id);
  }
  auto const syncs = world.disk->syncs();
  auto const writes = world.database->synced_writes();
  int sealed = 0;
  for (auto const spool : spools) {
    store->contents().seal(spool, [&](Result<Sealed> result) { sealed += result ? 1 : 0; });
  }
  store->loop().run_ready();

  CHECK(sealed == 200);
  CHECK(world.disk->syncs() - syncs <= 2);
  CHECK(world.database->synced_writes() - writes <= 2);
}
