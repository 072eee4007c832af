// A real disk that is full under a real store: clear errors, nothing lost, and it goes on when
// there is space.
#include <catch2/catch.hpp>
#include <iostream>

#include "engine/base/hash.h"
#include "tests/support/real_store.h"
#include "tests/support/small_disk.h"

using namespace freshet;
using namespace freshet::test;

namespace {

bool skipped(SmallDisk const& disk) {
  // CTest looks for these words.
  if (!disk.made()) std::cout << "SKIPPED: no file system may be mounted here\n";
  return !disk.made();
}

}  // namespace

TEST_CASE("a content larger than the disk is refused before it takes anything", "[store]") {
  SmallDisk disk(24_MiB);
  if (skipped(disk)) return;
  RealStore store(disk / "data");

  auto const refused = store.open({32_MiB, {}});

  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::disk_full);
  CHECK(store.list().empty());
  CHECK(store.open({4_MiB, {}}));
  REQUIRE(disk.resize(64_MiB));
  CHECK(store.open({32_MiB, {}}));
}

TEST_CASE("a disk that fills while a content arrives costs only what did not fit", "[store]") {
  SmallDisk disk(24_MiB);
  if (skipped(disk)) return;
  auto const bytes = some_bytes(20'000'000);
  RealStore store(disk / "data", {.reserve = false});
  auto const opened = store.open({bytes.size(), {.manifest = manifest_of(bytes)}});
  REQUIRE(opened);
  REQUIRE(store.write(opened->id, 0, std::span(bytes).first(8'000'000)));
  REQUIRE(store.wait_for_pieces(opened->id, 30));

  disk.fill();
  static_cast<void>(store.write(opened->id, 7'864'320, std::span(bytes).subspan(7'864'320)));
  REQUIRE(store.wait_until([&] { return store.events().failed(opened->id).has_value(); }));

  CHECK(store.events().failed(opened->id)->code == Errc::disk_full);
  CHECK_FALSE(store.write(opened->id, 0, std::span(bytes).first(1000)));
  disk.free();
  auto const again = store.reopen(opened->id);
  REQUIRE(again);
  CHECK(again->present.count() >= 30);
  auto const begin = to_number(*again->present.next_absent(PieceIndex{0})) * again->piece_length;
  REQUIRE(store.write(opened->id, begin, std::span(bytes).subspan(begin)));
  REQUIRE(store.wait_until([&] { return store.list().front().present == bytes.size(); }));
  REQUIRE(store.seal(opened->id));
  CHECK(store.verify(opened->id)->all());
}

TEST_CASE("jobs that a full disk cannot take are refused and those before are kept", "[store]") {
  SmallDisk disk(24_MiB);
  if (skipped(disk)) return;
  std::size_t saved = 0;
  auto const job = [](std::size_t number) {
    JobRecord record;
    record.id.bytes[0] = static_cast<std::byte>(number);
    record.id.bytes[1] = static_cast<std::byte>(number >> 8);
    record.why = std::string(100'000, 'w');
    return record;
  };
  {
    RealStore store(disk / "data");
    disk.fill();

    Result<void> result;
    for (; result && saved < 1000; saved += result ? 1U : 0U) {
      result = store.save({{job(saved)}, {}, {}});
    }
    REQUIRE_FALSE(result);
    CHECK(result.error().code == Errc::disk_full);

    disk.free();
    REQUIRE(store.save({{job(saved)}, {}, {}}));
    ++saved;
  }
  RealStore store(disk / "data");
  auto const loaded = store.store().ledger().load();
  REQUIRE(loaded);
  CHECK(loaded->jobs.size() == saved);
}
