// What the store promises of contents, on a simulated disk.
#include <catch2/catch.hpp>

#include "engine/base/hash.h"
#include "engine/content/piece_hash_file.h"
#include "tests/support/sim_store.h"

using namespace freshet;
using namespace freshet::test;

namespace {

struct World {
  std::shared_ptr<SimDisk> disk = std::make_shared<SimDisk>();
  std::shared_ptr<SimKeyValue> database = std::make_shared<SimKeyValue>();
  StoreOptions options;

  World() { static_cast<void>(disk->make_directory("/out")); }
  [[nodiscard]] std::unique_ptr<SimStore> start() {
    return std::make_unique<SimStore>(disk, database, options, 1);
  }
};

PieceMap all_of(std::uint32_t count) {
  PieceMap map(count);
  map.set(pieces(0, count));
  return map;
}

SpoolId receive(SimStore& store, std::span<std::byte const> bytes, Identity identity = {}) {
  auto const opened = store.open({bytes.size(), std::move(identity)});
  REQUIRE(opened);
  REQUIRE(store.write(opened->id, 0, bytes));
  return opened->id;
}

}  // namespace

TEST_CASE("blocks in any order from several sources make the same content", "[store]") {
  World world;
  auto const store = world.start();
  auto const bytes = some_bytes(700'001);
  auto const opened = store->open({bytes.size(), {.manifest = manifest_of(bytes)}});
  REQUIRE(opened);
  std::vector<Bytes> blocks;
  for (Bytes at = 0; at < bytes.size(); at += kBlockBytes) blocks.push_back(at);
  std::mt19937_64 random(5);
  std::shuffle(blocks.begin(), blocks.end(), random);

  for (auto const at : blocks) {
    auto const size = std::min<Bytes>(kBlockBytes, bytes.size() - at);
    REQUIRE(store->hand_on(opened->id, at, std::span(bytes).subspan(at, size),
                           SourceId{1 + random() % 3}));
  }
  store->loop().run_ready();

  CHECK(store->present(opened->id).size() == 11);
  CHECK(store->seal(opened->id));
}

TEST_CASE("bytes past the end are refused and a short block counts only at the end", "[store]") {
  World world;
  auto const store = world.start();
  auto const bytes = some_bytes(300'000);
  auto const opened = store->open({bytes.size(), {}});
  REQUIRE(opened);

  auto const past = store->write(opened->id, 294'912, std::span(bytes).first(50'000));
  REQUIRE_FALSE(past);
  CHECK(past.error().code == Errc::length_mismatch);

  REQUIRE(store->write(opened->id, 0, std::span(bytes).first(65'535)));
  CHECK(store->present(opened->id).empty());
  REQUIRE(store->write(opened->id, 49'152, std::span(bytes).subspan(49'152)));
  CHECK(store->present(opened->id).size() == 5);
  CHECK(store->seal(opened->id));
}

TEST_CASE("a stream that is dropped hands on its whole blocks", "[store]") {
  World world;
  auto const store = world.start();
  auto const bytes = some_bytes(262'144);
  auto const opened = store->open({bytes.size(), {}});
  REQUIRE(opened);
  {
    auto const stream = store->contents().gate().open(opened->id, SourceId{1}, 0, [] {});
    REQUIRE(stream->write(std::span(bytes).first(100'000)));
  }
  store->loop().run_ready();

  // 6 blocks of 16 KiB are there; the seventh was short.
  REQUIRE(store->write(opened->id, 98'304, std::span(bytes).subspan(98'304)));
  CHECK(store->present(opened->id).size() == 1);
}

TEST_CASE("a manifest that comes later throws out what does not fit it", "[store]") {
  World world;
  auto const store = world.start();
  auto const right = some_bytes(1'000'000);
  auto wrong = right;
  wrong[600'000] ^= std::byte{1};
  auto const id = receive(*store, wrong);
  REQUIRE(store->present(id).size() == 16);

  REQUIRE(store->identify(id, {.manifest = manifest_of(right)}));

  REQUIRE(store->rejected(id).size() == 1);
  CHECK(store->rejected(id)[0].piece == piece_at(600'000, 64_KiB));
  REQUIRE(store->write(id, 0, right));
  auto const sealed = store->seal(id);
  REQUIRE(sealed);
  CHECK(sealed->content == manifest_of(right)->content);
  CHECK(store->identify(id, {.manifest = manifest_of(some_bytes(1'000'000, 9))}).error().code ==
        Errc::manifest_mismatch);
  CHECK(store->identify(id, {.manifest = manifest_of(some_bytes(999'999))}).error().code ==
        Errc::manifest_mismatch);
}

TEST_CASE("a doubtful manifest that pieces contradict is refused and they stay", "[store]") {
  World world;
  auto const store = world.start();
  auto const right = some_bytes(1'000'000);
  auto wrong = right;
  wrong[600'000] ^= std::byte{1};
  auto const id = receive(*store, right);
  REQUIRE(store->present(id).size() == 16);

  auto const refused = store->identify(id, {.manifest = manifest_of(wrong), .doubtful = true});

  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::manifest_mismatch);
  CHECK(store->rejected(id).empty());
  CHECK(store->identify(id, {.manifest = manifest_of(right), .doubtful = true}));
  CHECK(store->seal(id)->content == manifest_of(right)->content);
}

TEST_CASE("a sealed content keeps the digest it was compared with whatever is said later",
          "[store]") {
  World world;
  auto const store = world.start();
  auto const bytes = some_bytes(900'000);
  auto const id = receive(*store, bytes, {.sha256 = sha256(bytes)});
  REQUIRE(store->seal(id));
  REQUIRE(store->identify(id, {.sha256 = sha256(some_bytes(1))}));

  CHECK(store->seal(id)->sha256 == sha256(bytes));
  REQUIRE(store->contents().list().size() == 1);
  CHECK(store->contents().list().front().sha256 == sha256(bytes));
}

TEST_CASE("a wrong digest of the whole keeps the pieces and names nobody", "[store]") {
  World world;
  auto const store = world.start();
  auto const bytes = some_bytes(900'000);
  auto wrong = bytes;
  wrong[1] ^= std::byte{1};
  auto const id = receive(*store, wrong, {.sha256 = sha256(bytes)});

  auto const sealed = store->seal(id);
  REQUIRE_FALSE(sealed);
  CHECK(sealed.error().code == Errc::digest_mismatch);
  CHECK(store->rejected(id).empty());

  store->discard(id, all_of(4));
  REQUIRE(store->write(id, 0, bytes));
  auto const again = store->seal(id);
  REQUIRE(again);
  CHECK(again->sha256 == sha256(bytes));
}

TEST_CASE("piece hashes of another kind reject the pieces that hold wrong bytes", "[store]") {
  World world;
  auto const store = world.start();
  auto const bytes = some_bytes(3'000'000);
  auto hashes = std::make_shared<PieceHashes>();
  hashes->length = bytes.size();
  hashes->piece_length = 1 << 20;
  for (std::size_t at = 0; at < bytes.size(); at += 1 << 20) {
    auto const size = std::min<std::size_t>(1 << 20, bytes.size() - at);
    hashes->pieces.push_back(sha256(std::span(bytes).subspan(at, size)));
  }
  auto wrong = bytes;
  wrong[1'500'000] ^= std::byte{1};
  auto const id = receive(*store, wrong, {.piece_hashes = hashes});

  auto const sealed = store->seal(id);

  CHECK(sealed.error().code == Errc::digest_mismatch);
  CHECK(store->rejected(id).size() == 16);  // The second MiB in pieces of 64 KiB.
  REQUIRE(store->write(id, 0, bytes));
  CHECK(store->seal(id));
}

TEST_CASE("an unfinished content cannot be sealed or placed", "[store]") {
  World world;
  auto const store = world.start();
  auto const bytes = some_bytes(500'000);
  auto const opened = store->open({bytes.size(), {}});
  REQUIRE(opened);
  REQUIRE(store->write(opened->id, 0, std::span(bytes).first(262'144)));

  CHECK(store->seal(opened->id).error().code == Errc::invalid_state);
  CHECK(store->place(opened->id, {.path = "/out/x"}).error().code == Errc::invalid_state);
  CHECK(store->place(opened->id, {.path = "/out/x", .ranges = {{0, 300'000}}}).error().code ==
        Errc::invalid_state);
  CHECK(store->place(opened->id, {.path = "/out/x", .ranges = {{0, 600'000}}}).error().code ==
        Errc::invalid_range);
  CHECK(store->place(opened->id, {.path = "/out/x", .ranges = {{0, 10}, {5, 200'000}}}));
  CHECK(world.disk->contents("/out/x")->size() == 10 + 199'995);
}

TEST_CASE("the empty content is sealed and placed", "[store]") {
  World world;
  auto const store = world.start();
  auto const opened = store->open({0, {.sha256 = sha256({})}});
  REQUIRE(opened);

  auto const sealed = store->seal(opened->id);

  REQUIRE(sealed);
  CHECK(sealed->content == ContentId{});
  REQUIRE(store->place(opened->id, {.path = "/out/empty"}));
  CHECK(world.disk->contents("/out/empty")->empty());
}

TEST_CASE("a stream of unknown length that starts over leaves nothing of the first", "[store]") {
  World world;
  auto const store = world.start();
  auto const bytes = some_bytes(500'000);
  auto const opened = store->open({});
  REQUIRE(opened);
  {
    auto const first = store->contents().gate().open(opened->id, SourceId{1}, 0, [] {});
    REQUIRE(first->write(some_bytes(400'000, 9)));
  }
  store->loop().run_ready();
  REQUIRE(store->write(opened->id, 0, bytes));

  auto const sealed = store->seal(opened->id);
  REQUIRE(sealed);
  CHECK(sealed->content == manifest_of(bytes)->content);
}

TEST_CASE("a sealed content with the same identity is opened instead of a new one", "[store]") {
  World world;
  world.options.cache_bytes_max = 10_MiB;
  auto store = world.start();
  auto const bytes = some_bytes(900'000);
  auto const id = receive(*store, bytes, {.sha256 = sha256(bytes)});
  REQUIRE(store->seal(id));
  store->contents().release(id);

  auto const by_digest = store->open({bytes.size(), {.sha256 = sha256(bytes)}});
  auto const by_manifest = store->open({{}, {.manifest = manifest_of(bytes)}});

  REQUIRE(by_digest);
  REQUIRE(by_manifest);
  CHECK(by_digest->id == id);
  CHECK(by_manifest->id == id);
  CHECK(by_digest->present.all());
  store->stop();
  store.reset();
  store = world.start();
  CHECK(store->open({{}, {.manifest = manifest_of(bytes)}})->id == id);
}

TEST_CASE("what jobs refer to stays and what nobody needs goes by the cache's limit", "[store]") {
  World world;
  world.options.cache_bytes_max = 1'000'000;
  auto const store = world.start();
  std::vector<SpoolId> ids;
  for (std::uint64_t i = 0; i < 3; ++i) {
    ids.push_back(receive(*store, some_bytes(600'000, i)));
    REQUIRE(store->seal(ids.back()));
    store->loop().run_for(std::chrono::seconds{1});
  }
  FileRecord file;
  file.spool = ids[0];
  REQUIRE(store->save({{}, {file}, {}}));

  for (auto const id : ids) store->contents().release(id);
  store->loop().run_ready();
  auto listed = store->contents().list();
  REQUIRE(listed.size() == 2);
  CHECK(listed[0].spool == ids[0]);
  CHECK(listed[1].spool == ids[2]);

  REQUIRE(store->save({{}, {}, {file.job}}));
  store->loop().run_ready();
  listed = store->contents().list();
  REQUIRE(listed.size() == 1);
  CHECK(world.disk->list("/data/spool")->size() == 1);
}

TEST_CASE("an unfinished content goes with its release and its streams end", "[store]") {
  World world;
  auto const store = world.start();
  auto const opened = store->open({1'000'000, {}});
  REQUIRE(opened);
  auto const stream = store->contents().gate().open(opened->id, SourceId{1}, 0, [] {});
  REQUIRE(stream->write(some_bytes(300'000)));

  store->contents().release(opened->id);
  CHECK_FALSE(stream->write(some_bytes(10)));
  store->loop().run_ready();

  CHECK(store->contents().list().empty());
  CHECK(world.disk->list("/data/spool")->empty());
  CHECK(world.database->entries(store::Table::contents) == 0);
  CHECK(world.database->entries(store::Table::pieces) == 0);
}

TEST_CASE("bytes that rot are found and fetched again", "[store]") {
  World world;
  auto const store = world.start();
  auto const bytes = some_bytes(1'000'000);
  auto const id = receive(*store, bytes);
  REQUIRE(store->seal(id));
  CHECK(store->verify(id)->all());

  world.disk->damage("/data/spool/" + std::string("0000000000000001"), 300'000);
  auto const right = store->verify(id);

  REQUIRE(right);
  CHECK(right->count() == 15);
  CHECK_FALSE(right->has(piece_at(300'000, 64_KiB)));
  REQUIRE(store->rejected(id).size() == 1);
  CHECK(store->place(id, {.path = "/out/x"}).error().code == Errc::piece_mismatch);
  REQUIRE(store->write(id, 262'144, std::span(bytes).subspan(262'144, 262'144)));
  REQUIRE(store->seal(id));
  CHECK(store->verify(id)->all());
}

TEST_CASE("files that no record knows are removed at the start", "[store]") {
  World world;
  world.start()->stop();
  REQUIRE(world.disk->open("/data/spool/00000000000000ff", store::Disk::Mode::create));
  auto const store = world.start();

  CHECK(world.disk->list("/data/spool")->empty());
}

TEST_CASE("contents without their database are kept and the start is refused", "[store]") {
  World world;
  world.start()->stop();
  REQUIRE(world.disk->open("/data/spool/00000000000000ff", store::Disk::Mode::create));
  world.database = std::make_shared<SimKeyValue>();

  CHECK_THROWS_WITH(world.start(), Catch::Contains("store_corrupt"));
  CHECK(world.disk->list("/data/spool")->size() == 1);
}

TEST_CASE("whoever waits for room is called and all bytes arrive", "[store]") {
  World world;
  world.options.buffer_bytes_max = 512_KiB;
  auto const store = world.start();
  auto const bytes = some_bytes(2'000'000);
  auto const opened = store->open({bytes.size(), {}});
  REQUIRE(opened);
  int rooms = 0;
  auto const stream = store->contents().gate().open(opened->id, SourceId{1}, 0, [&] { ++rooms; });
  int waits = 0;
  for (auto left = std::span(bytes.data(), bytes.size()); !left.empty();) {
    auto const part = left.first(std::min<std::size_t>(left.size(), 200'000));
    auto const taken = stream->write(part);
    REQUIRE(taken);
    if (*taken == GateStream::Taken::wait) {
      ++waits;
      store->loop().run_until([&] { return rooms == waits; }, std::chrono::seconds{1});
      REQUIRE(rooms == waits);
      continue;
    }
    left = left.subspan(part.size());
  }
  stream->finish();
  store->loop().run_ready();

  CHECK(waits > 0);
  CHECK(store->seal(opened->id));
}

namespace {

// Sealed without anybody knowing beforehand what it is, placed and let go of.
SpoolId fetch_and_place(SimStore& store, std::span<std::byte const> bytes,
                        std::string const& path) {
  auto const id = receive(store, bytes);
  REQUIRE(store.seal(id));
  REQUIRE(store.place(id, {.path = path}));
  store.contents().release(id);
  store.loop().run_ready();
  return id;
}

}  // namespace

TEST_CASE("a content that is fetched again is remembered once", "[store]") {
  World world;
  auto const store = world.start();
  auto const bytes = some_bytes(1'000'000);
  fetch_and_place(*store, bytes, "/out/a");

  auto const newer = fetch_and_place(*store, bytes, "/out/b");

  auto const listed = store->contents().list();
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].spool == newer);
  CHECK(listed[0].path == "/out/b");
  CHECK(world.disk->contents("/out/a"));
}

TEST_CASE("a content that a job needs stays beside its newer double until then", "[store]") {
  World world;
  auto store = world.start();
  auto const bytes = some_bytes(1'000'000);
  auto const older = receive(*store, bytes);
  FileRecord file;
  file.spool = older;
  REQUIRE(store->save({{}, {file}, {}}));
  REQUIRE(store->seal(older));
  store->contents().release(older);

  auto const newer = fetch_and_place(*store, bytes, "/out/b");
  CHECK(store->contents().list().size() == 2);
  store->stop();
  store = world.start();
  CHECK(store->contents().list().size() == 2);
  REQUIRE(store->place(older, {.path = "/out/a"}));
  file.placed = true;
  REQUIRE(store->save({{}, {file}, {}}));

  auto const listed = store->contents().list();
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].spool == newer);
  CHECK(world.disk->contents("/out/a"));
}

TEST_CASE("a placed file that was removed or changed is forgotten at the start", "[store]") {
  World world;
  auto store = world.start();
  fetch_and_place(*store, some_bytes(400'000, 1), "/out/removed");
  fetch_and_place(*store, some_bytes(400'000, 2), "/out/changed");
  auto const kept = fetch_and_place(*store, some_bytes(400'000, 3), "/out/kept");
  store->stop();
  store.reset();
  REQUIRE(world.disk->remove("/out/removed"));
  auto const file = world.disk->open("/out/changed", store::Disk::Mode::write);
  REQUIRE((*file)->write_at(some_bytes(10, 4), 0));

  store = world.start();

  auto const listed = store->contents().list();
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].spool == kept);
  CHECK(world.disk->contents("/out/changed"));
  CHECK(world.database->entries(store::Table::contents) == 1);
}

TEST_CASE("a length that no content may have is refused before anything is made for it",
          "[store]") {
  World world;
  auto const store = world.start();

  for (Bytes const length : {Bytes{17_TiB}, Bytes{1} << 63, ~Bytes{0}}) {
    auto const refused = store->open({.length = length, .identity = {}});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::limit_reached);
  }
  CHECK(store->contents().list().empty());
}
