// What changes of a file while its job is suspended, and what becomes of its bytes.
#include <catch2/catch.hpp>

#include "engine/job/job_book.h"
#include "tests/unit/job/job_world.h"

using namespace freshet;
using namespace freshet::test;

namespace {

Result<void> suspend(JobWorld& world, JobId id) {
  return world.ask<void>([&](auto answer) { world.book->suspend(kUser, id, answer); });
}

Result<void> change(JobWorld& world, JobId id, std::uint32_t file, FileChange const& change) {
  return world.ask<void>(
      [&](auto answer) { world.book->change_file(kUser, id, file, change, answer); });
}

}  // namespace

TEST_CASE("a file of a suspended job takes another place and keeps what is there", "[rules]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a", "/tmp/b"});
  world.desk->answer("/tmp/a", SpoolId{1}, 100);
  world.settle();
  CHECK(change(world, id, 0, {.path = "/tmp/c"}).error().code == Errc::invalid_state);
  REQUIRE(suspend(world, id));

  REQUIRE(change(world, id, 0, {.path = "/tmp/c", .app_data = "text"}));

  CHECK(change(world, id, 1, {.path = "c"}).error().code == Errc::path_invalid);
  CHECK(change(world, id, 7, {.path = "/tmp/c"}).error().code == Errc::not_found);
  world.restart();
  auto const files = *world.book->files(kUser, id);
  CHECK(files[0].spec.path == "/tmp/c");
  CHECK(files[0].spec.app_data == "text");
  CHECK(files[0].length == 100U);
  CHECK(files[1].spec.path == "/tmp/b");
}

TEST_CASE("what another identity judges is fetched again", "[rules]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a", "/tmp/b"});
  world.desk->answer("/tmp/a", SpoolId{1}, 100);
  world.desk->finish("/tmp/b", SpoolId{2}, 10);
  world.settle();
  REQUIRE(suspend(world, id));
  auto const identity = FileIdentity{.manifest = "http://host/m", .hash_of_hashes = Digest{}};

  for (std::uint32_t const file : {0U, 1U}) {
    REQUIRE(change(world, id, file, {.identity = identity, .manifest_optional = true}));
    auto const now = (*world.book->files(kUser, id))[file];
    CHECK_FALSE(now.transferred);
    CHECK_FALSE(now.length);
  }
  CHECK(world.store.released == std::vector{SpoolId{1}, SpoolId{2}});
  world.restart();
  REQUIRE(world.ask<void>([&](auto answer) { world.book->resume(kUser, id, answer); }));
  world.settle();
  auto const& wish = world.desk->open.at(world.desk->wish_for("/tmp/b")).wish;
  CHECK(wish.file.manifest == "http://host/m");
  CHECK(wish.file.hash_of_hashes == Digest{});
  CHECK(wish.spool == SpoolId::none);

  world.desk->answer("/tmp/a", SpoolId{3}, 100);
  world.settle();
  REQUIRE(suspend(world, id));
  REQUIRE(change(world, id, 0, {.identity = identity, .manifest_optional = true}));
  CHECK((*world.book->files(kUser, id))[0].length == 100U);
  REQUIRE(change(world, id, 0, {.manifest_optional = false}));
  CHECK_FALSE((*world.book->files(kUser, id))[0].length);
}
