// Where contents end up, and what a crash in between leaves.
#include "store/placer.h"

#include <catch2/catch.hpp>

#include "tests/support/sim_store.h"

using namespace freshet;
using namespace freshet::test;

namespace {

struct World {
  std::shared_ptr<SimDisk> disk = std::make_shared<SimDisk>();
  std::shared_ptr<SimKeyValue> database = std::make_shared<SimKeyValue>();
  std::unique_ptr<SimStore> store;
  std::vector<std::byte> bytes = some_bytes(600'000);

  World() {
    static_cast<void>(disk->make_directory("/out"));
    restart();
  }
  void restart() {
    store.reset();
    store = std::make_unique<SimStore>(disk, database, StoreOptions{}, 1);
  }
  [[nodiscard]] SpoolId sealed(std::size_t jobs = 1) {
    auto const opened = store->open({bytes.size(), {}});
    REQUIRE(opened);
    for (std::uint32_t i = 0; i < jobs; ++i) {
      FileRecord file;
      file.index = i;
      file.spool = opened->id;
      REQUIRE(store->save({{}, {file}, {}}));
    }
    REQUIRE(store->write(opened->id, 0, bytes));
    REQUIRE(store->seal(opened->id));
    return opened->id;
  }
  [[nodiscard]] std::string path_of_content() { return store->contents().list().at(0).path; }
};

}  // namespace

TEST_CASE("paths that lead elsewhere than they say are refused", "[store]") {
  for (auto const* path : {"", "x", "x/y", "/", "/out/", "/out/../x", "/out/./x", "/..", "/a/.."}) {
    INFO(path);
    auto const checked = store::check_path(path);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().code == Errc::path_invalid);
  }
  CHECK(store::check_path("/out/..x/a.b"));
  CHECK_FALSE(store::check_path(std::string("/out/a\0b", 8)));
}

TEST_CASE("a content that one job needs is renamed and stays shareable from there", "[store]") {
  World world;
  auto const id = world.sealed();

  REQUIRE(world.store->place(id, {.path = "/out/a"}));

  CHECK(*world.disk->contents("/out/a") == world.bytes);
  CHECK(world.path_of_content() == "/out/a");
  CHECK(world.disk->list("/data/spool")->empty());
  world.restart();
  CHECK(world.store->reopen(id)->present.all());
  REQUIRE(world.store->place(id, {.path = "/out/b"}));
  CHECK(*world.disk->contents("/out/b") == world.bytes);
}

TEST_CASE("a content that two jobs need is copied to the first of them", "[store]") {
  World world;
  auto const id = world.sealed(2);

  REQUIRE(world.store->place(id, {.path = "/out/a"}));

  CHECK(*world.disk->contents("/out/a") == world.bytes);
  CHECK(world.disk->list("/data/spool")->size() == 1);
  CHECK(world.disk->list("/out")->size() == 1);
}

TEST_CASE("placements that come together see the file that the first of them moved", "[store]") {
  World world;
  auto const id = world.sealed();
  WallTime const modified{std::chrono::hours{24 * 365 * 40}};
  std::optional<Result<void>> first;
  world.store->contents().place(id, {.path = "/out/a", .modified = modified},
                                [&](Result<void> result) { first = std::move(result); });

  auto const second = world.store->place(id, {.path = "/out/b", .modified = modified});

  REQUIRE(first);
  CHECK(*first);
  CHECK(second);
  CHECK(*world.disk->contents("/out/a") == world.bytes);
  CHECK(*world.disk->contents("/out/b") == world.bytes);
}

TEST_CASE("a placed file that was changed is no content any more", "[store]") {
  World world;
  auto const id = world.sealed();
  REQUIRE(world.store->place(id, {.path = "/out/a"}));
  auto const file = world.disk->open("/out/a", store::Disk::Mode::write);
  REQUIRE((*file)->write_at(some_bytes(10, 3), 0));

  auto const copied = world.store->place(id, {.path = "/out/b"});

  REQUIRE_FALSE(copied);
  CHECK(copied.error().code == Errc::file_changed);
  CHECK_FALSE(world.disk->contents("/out/b"));
  CHECK(world.store->contents().list().empty());
  CHECK(world.disk->contents("/out/a"));
}

TEST_CASE("a stored file that somebody removed is dropped instead of being placed", "[store]") {
  World world;
  auto const id = world.sealed();
  REQUIRE(world.disk->remove(world.path_of_content()));

  auto const placed = world.store->place(id, {.path = "/out/a"});

  REQUIRE_FALSE(placed);
  CHECK(placed.error().code == Errc::file_changed);
  CHECK(world.store->contents().list().empty());
}

TEST_CASE("a stored file that somebody wrote to is not placed and loses the wrong pieces",
          "[store]") {
  World world;
  auto const id = world.sealed();
  auto const file = world.disk->open(world.path_of_content(), store::Disk::Mode::write);
  REQUIRE((*file)->write_at(some_bytes(10, 3), 0));

  auto const placed = world.store->place(id, {.path = "/out/a"});

  REQUIRE_FALSE(placed);
  CHECK(placed.error().code == Errc::piece_mismatch);
  CHECK_FALSE(world.disk->contents("/out/a"));
  auto const opened = world.store->reopen(id);
  REQUIRE(opened);
  CHECK(opened->present.count() == opened->present.size() - 1);
}

TEST_CASE("another file in the place of a stored one is not placed", "[store]") {
  World world;
  auto const id = world.sealed();
  auto const other = world.disk->open("/data/other", store::Disk::Mode::create);
  REQUIRE((*other)->write_at(some_bytes(world.bytes.size(), 9), 0));
  REQUIRE(world.disk->rename("/data/other", world.path_of_content(), true));

  auto const placed = world.store->place(id, {.path = "/out/a"});

  REQUIRE_FALSE(placed);
  CHECK(placed.error().code == Errc::file_changed);
  CHECK_FALSE(world.disk->contents("/out/a"));
  CHECK(world.store->contents().list().empty());
}

TEST_CASE("a stored file that was touched and has its bytes is placed", "[store]") {
  World world;
  auto const id = world.sealed(2);
  auto const file = world.disk->open(world.path_of_content(), store::Disk::Mode::write);
  REQUIRE((*file)->set_modified(WallTime{std::chrono::hours{1000}}));

  REQUIRE(world.store->place(id, {.path = "/out/a"}));

  CHECK(*world.disk->contents("/out/a") == world.bytes);
}

TEST_CASE("a file that comes to the place of one being written is never sealed", "[store]") {
  World world;
  auto const opened = world.store->open({world.bytes.size(), {}});
  REQUIRE(opened);
  REQUIRE(world.store->write(opened->id, 0, world.bytes));
  auto const path = world.path_of_content();
  auto const other = world.disk->open("/data/other", store::Disk::Mode::create);
  REQUIRE((*other)->write_at(some_bytes(world.bytes.size(), 9), 0));
  REQUIRE(world.disk->rename("/data/other", path, true));

  auto const sealed = world.store->seal(opened->id);

  REQUIRE_FALSE(sealed);
  CHECK(sealed.error().code == Errc::file_changed);
}

TEST_CASE("an existing file is replaced only when that is allowed", "[store]") {
  World world;
  REQUIRE(world.disk->open("/out/a", store::Disk::Mode::create));
  auto const id = world.sealed();

  auto const refused = world.store->place(id, {.path = "/out/a", .replace = false});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::file_exists);
  CHECK(world.disk->contents("/out/a")->empty());

  REQUIRE(world.store->place(id, {.path = "/out/a"}));
  CHECK(*world.disk->contents("/out/a") == world.bytes);
}

TEST_CASE("a directory that is missing leaves the content where it was", "[store]") {
  World world;
  auto const id = world.sealed();

  CHECK(world.store->place(id, {.path = "/nowhere/a"}).error().code == Errc::not_found);
  CHECK(world.store->place(id, {.path = "/out/a"}));
}

TEST_CASE("ranges are joined in their order", "[store]") {
  World world;
  auto const id = world.sealed();

  REQUIRE(world.store->place(id, {.path = "/out/a", .ranges = {{500'000, 500'010}, {0, 5}}}));

  auto expected = std::vector(world.bytes.begin() + 500'000, world.bytes.begin() + 500'010);
  expected.insert(expected.end(), world.bytes.begin(), world.bytes.begin() + 5);
  CHECK(*world.disk->contents("/out/a") == expected);
}

TEST_CASE("a copy that fails leaves nothing behind", "[store]") {
  World world;
  auto const id = world.sealed(2);
  for (auto const act :
       {SimDisk::Act::copy, SimDisk::Act::reserve, SimDisk::Act::sync, SimDisk::Act::rename}) {
    world.disk->fail_next(act, Errc::disk_full);
    CHECK(world.store->place(id, {.path = "/out/a"}).error().code == Errc::disk_full);
    CHECK(world.disk->list("/out")->empty());
  }
  CHECK(world.store->place(id, {.path = "/out/a"}));
}

TEST_CASE("a placement that a crash cuts short is understood at the next start", "[store]") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    INFO("seed " << seed);
    World world;
    auto const id = world.sealed(1 + seed % 2);
    world.store->contents().place(id, {.path = "/out/a"}, [](Result<void> const&) {});
    std::mt19937_64 random(seed);
    for (auto left = random() % 12; left > 0; --left) world.store->loop().run_one();
    world.store.reset();
    if (seed % 3 != 0) {
      world.disk->cut_power(seed);
      world.database->cut_power(seed);
    }
    world.restart();

    REQUIRE(world.store->reopen(id));
    auto const names = world.disk->list("/out");
    for (auto const& name : *names) CHECK(name == "a");
    REQUIRE(world.store->place(id, {.path = "/out/a"}));
    CHECK(*world.disk->contents("/out/a") == world.bytes);
  }
}
