#include "peer/intake.h"

#include <catch2/catch.hpp>
#include <optional>

#include "tests/support/memory_store.h"

using namespace freshet;
using namespace freshet::peer;
using namespace freshet::test;

namespace {

constexpr SpoolId kSpool{1};
constexpr SourceId kPeer{kFirstPeerSource + 1};
constexpr SourceId kOther{kFirstPeerSource + 2};
constexpr Bytes kBlock = 16 * 1024;
constexpr Bytes kPieceBlocks = kPieceBytesMin / kBlock;

// A content of several pieces of 64 KiB, an intake over it, and what came back.
struct World {
  World() : bytes(1 << 20, 'x'), manifest(manifest_of(bytes)) { store.add(kSpool, manifest); }

  bool put(SourceId who, Bytes block) {
    auto const part = std::string_view(bytes).substr(block * kBlock, kBlock);
    return intake.put(who, block * kBlock, std::as_bytes(std::span(part.data(), part.size())),
                      [this] { ++taken; });
  }
  std::uint32_t pieces_there() { return store.present(kSpool).count(); }

  std::string bytes;
  std::shared_ptr<Manifest const> manifest;
  MemoryStore store;
  int room = 0;
  int taken = 0;
  BlockIntake intake{store, kSpool, [this] { ++room; }};
};

}  // namespace

TEST_CASE("blocks that follow each other go through one stream", "[intake]") {
  World world;
  for (Bytes block = 0; block < kPieceBlocks; ++block) CHECK(world.put(kPeer, block));
  CHECK(world.pieces_there() == 0);

  world.intake.finish_streams({0, kPieceBlocks * kBlock});

  CHECK(world.pieces_there() == 1);
  CHECK(world.store.written_by(kPeer) == kPieceBlocks * kBlock);
}

TEST_CASE("a piece from two peers is whole when both streams are handed on", "[intake]") {
  World world;
  for (Bytes block = 0; block < kPieceBlocks; ++block) {
    CHECK(world.put(block % 2 == 0 ? kPeer : kOther, block));
  }

  world.intake.finish_streams({0, kPieceBlocks * kBlock});

  CHECK(world.pieces_there() == 1);
}

TEST_CASE("streams outside of the range stay open", "[intake]") {
  World world;
  for (Bytes block = 0; block < kPieceBlocks; ++block) CHECK(world.put(kPeer, block));
  for (Bytes block = kPieceBlocks; block < 2 * kPieceBlocks; ++block)
    CHECK(world.put(kOther, block));

  world.intake.finish_streams({0, kPieceBlocks * kBlock});
  CHECK(world.pieces_there() == 1);
  world.intake.finish_streams();
  CHECK(world.pieces_there() == 2);
}

TEST_CASE("what the gate does not take waits in order and is told when it is taken", "[intake]") {
  World world;
  world.store.allow(2 * kBlock);
  CHECK(world.put(kPeer, 0));
  CHECK(world.put(kPeer, 1));
  CHECK_FALSE(world.put(kPeer, 2));
  CHECK_FALSE(world.put(kOther, kPieceBlocks));
  CHECK(world.intake.waiting());

  world.store.allow(kBlock);
  CHECK(world.room == 1);
  world.intake.retry();
  CHECK(world.taken == 1);
  world.store.allow_all();
  world.intake.retry();

  CHECK(world.taken == 2);
  CHECK_FALSE(world.intake.waiting());
  for (Bytes block = 3; block < kPieceBlocks; ++block) CHECK(world.put(kPeer, block));
  world.intake.finish_streams();
  CHECK(world.pieces_there() == 1);
}

TEST_CASE("a gate that failed takes everything and keeps nothing", "[intake]") {
  World world;
  BlockIntake lost(world.store, SpoolId{9}, [] {});
  std::vector<std::byte> const block(kBlock);

  CHECK(lost.put(kPeer, 0, block, [] {}));
  CHECK(lost.put(kPeer, kBlock, block, [] {}));
  CHECK_FALSE(lost.waiting());
}
