// A content's way through a real store: received, sealed, placed, opened again.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "engine/base/hash.h"
#include "tests/support/real_store.h"
#include "tests/support/temp_folder.h"

using namespace freshet;
using namespace freshet::test;

namespace {

// Descriptors of this process that lead below `folder`.
std::size_t open_below(std::string const& folder) {
  std::size_t count = 0;
  for (auto const& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    auto const path = std::filesystem::read_symlink(entry.path(), gone).string();
    count += path.starts_with(folder + "/") ? 1U : 0U;
  }
  return count;
}

constexpr Bytes kPiece = 64_KiB;  // Of a content of up to 256 MiB.

std::string text_of(std::span<std::byte const> bytes) {
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

SpoolId sealed_content(RealStore& store, std::vector<std::byte> const& bytes) {
  auto const manifest = manifest_of(bytes);
  auto const opened = store.open({.length = {}, .identity = {.manifest = manifest}});
  REQUIRE(opened);
  REQUIRE(store.write(opened->id, 0, bytes));
  REQUIRE(store.wait_for_pieces(opened->id, manifest->pieces()));
  REQUIRE(store.seal(opened->id));
  return opened->id;
}

}  // namespace

TEST_CASE(
    "a content without a manifest is received and sealed with its computed identity and placed",
    "[store]") {
  TempFolder const folder;
  RealStore store(folder / "data");
  auto const bytes = some_bytes(3'000'001);
  auto const opened = store.open({.length = bytes.size(), .identity = {.sha256 = sha256(bytes)}});
  REQUIRE(opened);
  REQUIRE(opened->present.size() == 46);

  REQUIRE(store.write(opened->id, 0, bytes));
  REQUIRE(store.wait_for_pieces(opened->id, 46));
  auto const sealed = store.seal(opened->id);
  REQUIRE(sealed);
  CHECK(sealed->content == manifest_of(bytes)->content);
  CHECK(sealed->sha256 == sha256(bytes));
  WallTime const modified{std::chrono::milliseconds{1'600'000'000'123}};
  REQUIRE(store.place(opened->id, {.path = folder / "placed", .modified = modified}));

  CHECK(read_file(folder / "placed") == text_of(bytes));
  auto const stored = store.list();
  REQUIRE(stored.size() == 1);
  CHECK(stored[0].path == folder / "placed");
  CHECK(stored[0].sealed);
  CHECK(stored[0].present == bytes.size());
}

TEST_CASE("a piece that does not fit the manifest is dropped and its sender named", "[store]") {
  TempFolder const folder;
  RealStore store(folder / "data");
  auto const bytes = some_bytes(1'000'000);
  auto wrong = bytes;
  wrong[300'000] ^= std::byte{1};
  auto const piece = piece_at(300'000, kPiece);
  auto const opened = store.open({.length = {}, .identity = {.manifest = manifest_of(bytes)}});
  REQUIRE(opened);

  REQUIRE(store.write(opened->id, 0, wrong, SourceId{7}));
  REQUIRE(store.wait_until([&] { return !store.events().rejected(opened->id).empty(); }));
  REQUIRE(store.wait_for_pieces(opened->id, 15));
  auto const rejected = store.events().rejected(opened->id);

  REQUIRE(rejected.size() == 1);
  CHECK(rejected[0].first == piece);
  REQUIRE(rejected[0].second.size() == 1);
  CHECK(rejected[0].second[0].who == SourceId{7});
  CHECK(rejected[0].second[0].certain);
  CHECK_FALSE(store.seal(opened->id));
  auto const begin = to_number(piece) * kPiece;
  REQUIRE(store.write(opened->id, begin, std::span(bytes).subspan(begin, kPiece)));
  REQUIRE(store.wait_for_pieces(opened->id, 16));
  CHECK(store.seal(opened->id));
}

TEST_CASE("of several senders of a wrong piece only the liar is named in the end", "[store]") {
  TempFolder const folder;
  RealStore store(folder / "data");
  auto const bytes = some_bytes(262'144);
  auto wrong = bytes;
  wrong[100'000] ^= std::byte{1};
  constexpr SourceId kHonest{kFirstPeerSource + 1};
  constexpr SourceId kLiar{kFirstPeerSource + 2};
  constexpr Bytes kHalf = 131'072;
  auto const opened = store.open({.length = {}, .identity = {.manifest = manifest_of(bytes)}});
  REQUIRE(opened);

  REQUIRE(store.write(opened->id, kHalf, std::span(bytes).subspan(kHalf), kHonest));
  REQUIRE(store.write(opened->id, 0, std::span(wrong).first(kHalf), kLiar));
  REQUIRE(store.wait_until([&] { return !store.events().rejected(opened->id).empty(); }));

  auto const rejected = store.events().rejected(opened->id);
  for (auto const& blame : rejected[0].second) CHECK_FALSE(blame.certain);
  CHECK(store.events().liars(opened->id).empty());

  REQUIRE(store.write(opened->id, 0, bytes, SourceId{7}));
  REQUIRE(store.wait_until([&] { return !store.events().liars(opened->id).empty(); }));

  auto const liars = store.events().liars(opened->id);
  REQUIRE(liars.size() == 1);
  CHECK(liars[0].who == kLiar);
  CHECK(liars[0].certain);
  CHECK(liars[0].range == ByteRange{98'304, 114'688});
  CHECK(liars[0].expected != liars[0].got);
}

TEST_CASE("a stream of unknown length ends where it finishes", "[store]") {
  TempFolder const folder;
  RealStore store(folder / "data");
  auto const bytes = some_bytes(777'777);
  auto const opened = store.open({});
  REQUIRE(opened);

  REQUIRE(store.write(opened->id, 0, bytes));
  REQUIRE(store.wait_for_pieces(opened->id, 12));
  auto const sealed = store.seal(opened->id);

  REQUIRE(sealed);
  CHECK(sealed->content == manifest_of(bytes)->content);
  REQUIRE(store.place(opened->id, {.path = folder / "placed"}));
  CHECK(read_file(folder / "placed") == text_of(bytes));
}

TEST_CASE("many small contents are received and sealed and placed", "[store]") {
  TempFolder const folder;
  RealStore store(folder / "data");
  std::vector<SpoolId> spools;
  for (std::uint64_t i = 0; i < 50; ++i) {
    auto const bytes = some_bytes(4096, i);
    auto const opened = store.open({.length = bytes.size(), .identity = {.sha256 = sha256(bytes)}});
    REQUIRE(opened);
    REQUIRE(store.write(opened->id, 0, bytes));
    spools.push_back(opened->id);
  }
  for (std::uint64_t i = 0; i < 50; ++i) {
    REQUIRE(store.wait_for_pieces(spools[i], 1));
    REQUIRE(store.seal(spools[i]));
    auto const path = folder / ("file" + std::to_string(i));
    REQUIRE(store.place(spools[i], {.path = path}));
    CHECK(read_file(path) == text_of(some_bytes(4096, i)));
  }
}

TEST_CASE("a content that is to be shared is not evicted and its mark goes with it", "[store]") {
  TempFolder const folder;
  auto const bytes = some_bytes(300'000);
  SpoolId spool{};
  {
    RealStore store(folder / "data");
    spool = sealed_content(store, bytes);
    store.ask<bool>([&](auto const& done) {
      store.store().share_marks().mark(spool, kUntilUnshared);
      done(true);
    });
    store.release(spool);
    CHECK(store.list().size() == 1);
  }
  {
    RealStore store(folder / "data");
    CHECK(store.list().size() == 1);
    CHECK(store.reopen(spool));
    store.ask<bool>([&](auto const& done) {
      CHECK(store.store().share_marks().marked().contains(spool));
      store.store().share_marks().unmark(spool);
      done(true);
    });
  }
  RealStore store(folder / "data");
  CHECK(store.list().empty());
}

TEST_CASE("how a content came is kept over restarts and goes with it", "[store]") {
  TempFolder const folder;
  auto const bytes = some_bytes(300'000);
  StoreOptions options;
  options.cache_bytes_max = 1'000'000;
  Arrival came{
      .owner = 1000, .foreground = true, .url = "http://host/file", .from_origin = 300'000};
  came.content = manifest_of(bytes)->content;
  came.transfer_time = std::chrono::seconds{3};
  came.peers.lan.sent = 7;
  SpoolId spool{};
  {
    RealStore store(folder / "data", options);
    spool = sealed_content(store, bytes);
    store.ask<bool>([&](auto const& done) {
      // Of a content that is not there: what a crash may leave.
      store.store().arrivals().keep({{spool, came}, {SpoolId{999'999}, came}});
      done(true);
    });
    store.release(spool);
  }
  {
    RealStore store(folder / "data", options);
    store.ask<bool>([&](auto const& done) {
      CHECK(store.store().arrivals().kept() == std::map<SpoolId, Arrival>{{spool, came}});
      CHECK(store.store().contents().purge(spool));
      CHECK(store.store().arrivals().kept().empty());
      done(true);
    });
  }
  RealStore store(folder / "data", options);
  CHECK(store.store().arrivals().kept().empty());
}

TEST_CASE("what stays in the cache is decided anew by other rules and by age", "[store]") {
  TempFolder const folder;
  StoreOptions options;
  options.cache_bytes_max = 1'000'000;
  RealStore store(folder / "data", options);
  auto const bytes = some_bytes(300'000);
  auto const opened = store.open({.length = {}, .identity = {.manifest = manifest_of(bytes)}});
  REQUIRE(opened);
  REQUIRE(store.write(opened->id, 0, bytes));
  REQUIRE(store.wait_for_pieces(opened->id, 5));
  REQUIRE(store.seal(opened->id));
  store.release(opened->id);
  auto const rule = [&](CacheRules rules) {
    store.ask<bool>([&](auto const& done) {
      store.store().set_cache_rules(rules);
      done(true);
    });
  };
  rule({1'000'000, std::chrono::hours{1}});
  store.flush();
  CHECK(store.list().size() == 1);

  rule({1'000'000, std::chrono::nanoseconds{std::chrono::milliseconds{1}}});
  CHECK(store.wait_until([&] {
    rule({1'000'000, std::chrono::nanoseconds{std::chrono::milliseconds{1}}});
    return store.list().empty();
  }));
}

TEST_CASE("notes are kept and may be replaced and erased", "[store]") {
  TempFolder const folder;
  auto const save = [](RealStore& store, std::string name, std::string text) {
    CHECK(store.ask<Result<void>>(
        [&](auto const& done) { store.store().notes().save(name, text, done); }));
  };
  {
    RealStore store(folder / "data");
    save(store, "month/2026-10", "a");
    save(store, "month/2026-11", "b");
    save(store, "other", "c");
    save(store, "month/2026-11", std::string("d\0e", 3));
    save(store, "month/2026-10", "");
  }
  RealStore store(folder / "data");
  auto const notes = store.store().notes().load("month/");
  REQUIRE(notes);
  CHECK(*notes == std::map<std::string, std::string>{{"month/2026-11", std::string("d\0e", 3)}});
}

TEST_CASE("what was received is there when the store is opened again", "[store]") {
  TempFolder const folder;
  auto const bytes = some_bytes(2'000'000);
  SpoolId spool{};
  {
    RealStore store(folder / "data");
    auto const opened = store.open({.length = bytes.size(), .identity = {}});
    REQUIRE(opened);
    spool = opened->id;
    FileRecord file;
    file.spool = spool;
    REQUIRE(store.save({.jobs = {}, .files = {file}, .forget = {}}));
    REQUIRE(store.write(spool, 0, std::span(bytes).first(1'000'000)));
    REQUIRE(store.wait_for_pieces(spool, 15));
  }

  RealStore store(folder / "data");
  auto const opened = store.reopen(spool);
  REQUIRE(opened);
  CHECK(opened->present.count() == 15);
  CHECK(opened->salvaged == 0);
  REQUIRE(store.write(spool, 15 * kPiece, std::span(bytes).subspan(15 * kPiece)));
  REQUIRE(store.wait_for_pieces(spool, 16));
  auto const sealed = store.seal(spool);
  REQUIRE(sealed);
  CHECK(sealed->content == manifest_of(bytes)->content);
}

TEST_CASE("a content that no job refers to is gone after a restart", "[store]") {
  TempFolder const folder;
  SpoolId spool{};
  {
    RealStore store(folder / "data");
    auto const opened = store.open({.length = 1'000'000, .identity = {}});
    REQUIRE(opened);
    spool = opened->id;
    store.flush();
  }

  RealStore store(folder / "data");

  auto const opened = store.reopen(spool);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == Errc::not_found);
  CHECK(store.list().empty());
}

TEST_CASE("a byte that changes on the disk is found by the scrub", "[store]") {
  TempFolder const folder;
  StoreOptions options;
  options.scrub_interval = std::chrono::seconds{0};
  options.scrub_pause = std::chrono::milliseconds{1};
  options.scrub_rate = BytesPerSecond{1_GiB};
  RealStore store(folder / "data", options);
  auto const bytes = some_bytes(3'000'000);
  auto const opened = store.open({.length = bytes.size(), .identity = {}});
  REQUIRE(opened);
  REQUIRE(store.write(opened->id, 0, bytes));
  REQUIRE(store.wait_for_pieces(opened->id, 46));
  REQUIRE(store.seal(opened->id));
  auto const path = store.list().front().path;

  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(1'000'000);
  file.put(static_cast<char>(~bytes[1'000'000]));
  REQUIRE(file.flush());
  REQUIRE(store.wait_until([&] { return !store.events().rejected(opened->id).empty(); }));

  CHECK(store.events().rejected(opened->id)[0].first == PieceIndex{15});
  CHECK(store.place(opened->id, {.path = folder / "x"}).error().code == Errc::piece_mismatch);
  REQUIRE(store.write(opened->id, 15 * kPiece, std::span(bytes).subspan(15 * kPiece, kPiece)));
  REQUIRE(store.wait_until([&] { return store.list().front().present == bytes.size(); }));
  REQUIRE(store.seal(opened->id));
  REQUIRE(store.place(opened->id, {.path = folder / "x"}));
  CHECK(read_file(folder / "x") == text_of(bytes));
}

TEST_CASE("many more contents arrive at once than files may be open", "[store]") {
  constexpr std::size_t kContents = 60;
  TempFolder const folder;
  StoreOptions options;
  options.open_files_max = 4;
  RealStore store(folder / "data", options);
  std::vector<std::pair<SpoolId, std::vector<std::byte>>> contents;
  for (std::size_t i = 0; i < kContents; ++i) {
    // Every third is small: its file is made with its first bytes.
    auto bytes = some_bytes(i % 3 == 0 ? 40'000 : 600'000, i);
    auto const opened = store.open({.length = bytes.size(), .identity = {}});
    REQUIRE(opened);
    contents.emplace_back(opened->id, std::move(bytes));
  }

  std::size_t most = 0;
  for (Bytes begin = 0; begin < 600'000; begin += 16'384) {
    for (auto const& [id, bytes] : contents) {
      if (begin >= bytes.size()) continue;
      auto const size = std::min<Bytes>(16'384, bytes.size() - begin);
      REQUIRE(store.write(id, begin, std::span(bytes).subspan(begin, size)));
    }
    most = std::max(most, open_below(folder / "data/spool"));
  }
  for (auto const& [id, bytes] : contents) {
    REQUIRE(store.wait_for_pieces(id, piece_count(bytes.size(), piece_length_for(bytes.size()))));
    most = std::max(most, open_below(folder / "data/spool"));
  }

  // The workers and the epochs hold one more each at most.
  CHECK(most <= 4 + 2 + 1);
  for (std::size_t i = 0; i < kContents; ++i) {
    auto const& [id, bytes] = contents[i];
    REQUIRE(store.seal(id));
    auto const path = folder / ("file" + std::to_string(i));
    REQUIRE(store.place(id, {.path = path}));
    CHECK(read_file(path) == text_of(bytes));
  }
}
