#include "peer/storage.h"

#include <catch2/catch.hpp>

#include "tests/support/memory_store.h"

using namespace freshet;
using namespace freshet::peer;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

constexpr SpoolId kSpool{1};
constexpr SourceId kPeer{kFirstPeerSource + 1};
constexpr std::uint32_t kBlock = 16 * 1024;

struct World {
  World() : bytes(500'000, 'x'), manifest(manifest_of(bytes)) {
    store.add(kSpool, manifest);
    TorrentSpec spec;
    spec.swarm.spool = kSpool;
    spec.swarm.content = manifest->content;
    spec.swarm.manifest = manifest;
    torrent = std::make_shared<Torrent>(std::move(spec), PieceMap(manifest->pieces()));
    storage = std::make_unique<Storage>(torrent, store, [] {});
  }

  bool write(std::uint32_t piece, std::uint32_t block, char fill = 'x') {
    std::vector<std::byte> const content(kBlock, static_cast<std::byte>(fill));
    torrent->sender = {kPeer, PieceIndex{piece}, block * kBlock};
    return storage->write(PieceIndex{piece}, block * kBlock, content, [this] { ++taken; });
  }
  void hash(std::uint32_t piece, TimePoint now = {}) {
    storage->hash(PieceIndex{piece}, now, [this](std::vector<Digest> const* leaves) {
      ++answers;
      good = leaves != nullptr;
    });
  }

  std::string bytes;
  std::shared_ptr<Manifest const> manifest;
  MemoryStore store;
  std::shared_ptr<Torrent> torrent;
  std::unique_ptr<Storage> storage;
  int taken = 0;
  int answers = 0;
  bool good = false;
};

std::vector<Digest> leaves() {
  return std::vector<Digest>(16);
}

}  // namespace

TEST_CASE("a hash waits until the store has verified the piece", "[storage]") {
  World world;
  world.hash(0);
  CHECK(world.answers == 0);

  world.torrent->on_verified(PieceIndex{0}, leaves());

  CHECK(world.answers == 1);
  CHECK(world.good);
}

TEST_CASE("a piece that was verified before is answered at once", "[storage]") {
  World world;
  world.torrent->on_verified(PieceIndex{0}, leaves());

  world.hash(0);

  CHECK(world.answers == 1);
  CHECK(world.good);
}

TEST_CASE("a dropped piece is never answered until it is verified after all", "[storage]") {
  World world;
  world.hash(0);
  world.torrent->on_dropped(PieceIndex{0});
  CHECK(world.answers == 0);

  world.torrent->on_verified(PieceIndex{0}, leaves());

  CHECK(world.good);
}

TEST_CASE("the hash follows the last write even when the store is faster", "[storage]") {
  World world;
  world.store.allow(15 * kBlock);
  for (std::uint32_t block = 0; block < 15; ++block) CHECK(world.write(0, block));
  CHECK_FALSE(world.write(0, 15));
  world.hash(0);
  world.torrent->on_verified(PieceIndex{0}, leaves());
  CHECK(world.answers == 0);

  world.store.allow_all();
  world.storage->retry_writes();

  CHECK(world.taken == 1);
  CHECK(world.answers == 1);
}

TEST_CASE("the zeros behind the content's end are no part of it", "[storage]") {
  World world;
  // 500,000 bytes in pieces of 64 KiB: the eighth has two blocks and a part of one.
  CHECK(world.write(7, 2));
  CHECK(world.write(7, 3));
  world.storage->flush_streams();

  CHECK(world.store.written_by(kPeer) == world.bytes.size() % kBlock);
}

TEST_CASE("hashes that wait too long are overdue", "[storage]") {
  World world;
  world.hash(0, TimePoint{} + 10s);

  CHECK_FALSE(world.storage->overdue(TimePoint{} + 12s, 3s));
  CHECK(world.storage->overdue(TimePoint{} + 14s, 3s));
}

TEST_CASE("hashes of a piece that the origin is asked for may wait", "[storage]") {
  World world;
  world.hash(0, TimePoint{} + 10s);
  world.torrent->set_reserved({{PieceIndex{0}, PieceIndex{1}}});

  CHECK_FALSE(world.storage->overdue(TimePoint{} + 14s, 3s));

  world.torrent->set_reserved({{PieceIndex{1}, PieceIndex{2}}});
  CHECK(world.storage->overdue(TimePoint{} + 14s, 3s));
}

TEST_CASE("a torrent that stops ends its hashes without an answer", "[storage]") {
  World world;
  world.hash(0);

  world.storage->release_hashes();

  CHECK(world.answers == 1);
  CHECK_FALSE(world.good);
}

TEST_CASE("blocks of a piece that the store has are not written again", "[storage]") {
  World world;
  world.torrent->on_verified(PieceIndex{0}, leaves());

  CHECK(world.write(0, 0));
  world.storage->flush_streams();

  CHECK(world.store.written() == 0);
}
