#include "store/piece_book.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace freshet::store;

namespace {

constexpr Bytes kPiece = 256_KiB;
constexpr SourceId kAnna{1};
constexpr SourceId kBert{2};

std::vector<Digest> leaves(std::size_t count) {
  return std::vector<Digest>(count);
}

std::optional<PieceBook::Full> receive(PieceBook& book, ByteRange range, SourceId who) {
  std::optional<PieceBook::Full> full;
  for (auto const& run : book.wanted(range).runs) {
    auto const blocks = (run.range.size() + kBlockBytes - 1) / kBlockBytes;
    if (auto done = book.add(run, leaves(blocks), who)) full = std::move(done);
  }
  return full;
}

}  // namespace

TEST_CASE("blocks that are there already are not wanted again", "[store]") {
  PieceBook book(2 * kPiece, kPiece, 1000);
  CHECK_FALSE(receive(book, {16_KiB, 48_KiB}, kAnna));

  auto const wanted = book.wanted({0, 80_KiB});

  REQUIRE(wanted.runs.size() == 2);
  CHECK(wanted.runs[0].range == ByteRange{0, 16_KiB});
  CHECK(wanted.runs[1].range == ByteRange{48_KiB, 80_KiB});
}

TEST_CASE("a piece is full once with every sender noted", "[store]") {
  PieceBook book(kPiece, kPiece, 1000);
  CHECK_FALSE(receive(book, {0, 128_KiB}, kAnna));
  auto const full = receive(book, {64_KiB, kPiece}, kBert);

  REQUIRE(full);
  auto const who = blame(*full, {0, kPiece}, Digest{}, Digest{});
  REQUIRE(who.size() == 2);
  CHECK(who[0].who == kAnna);
  CHECK(who[0].range == ByteRange{0, 128_KiB});
  CHECK(who[1].who == kBert);
  CHECK(who[1].range == ByteRange{128_KiB, kPiece});
  CHECK_FALSE(who[0].certain);
  CHECK_FALSE(receive(book, {0, kPiece}, kAnna));
}

TEST_CASE("blocks of a dropped attempt do not count for the next", "[store]") {
  PieceBook book(kPiece, kPiece, 1000);
  auto const before = book.wanted({0, kPiece});
  book.drop(PieceIndex{0});
  static_cast<void>(book.wanted({0, 16_KiB}));

  CHECK_FALSE(book.add(before.runs[0], leaves(16), kAnna));
  CHECK_FALSE(book.settle(PieceIndex{0}, before.runs[0].attempt, Digest{}));
  CHECK(book.present().none());
}

TEST_CASE("a piece that arrives again while its epoch syncs is not durable by that epoch",
          "[store]") {
  PieceBook book(kPiece, kPiece, 1000);
  book.restore(PieceIndex{0}, Digest{}, false);
  auto const epoch = book.take_fresh();
  REQUIRE(epoch.size() == 1);

  book.drop(PieceIndex{0});
  book.restore(PieceIndex{0}, Digest{}, false);

  CHECK(book.confirm(epoch).empty());
  CHECK(book.durable().none());
  CHECK(book.confirm(book.take_fresh()).size() == 1);
  CHECK(book.durable().all());
}

TEST_CASE("the oldest unfinished piece goes when too many blocks are kept", "[store]") {
  PieceBook book(10 * kPiece, kPiece, 40);
  CHECK_FALSE(receive(book, {0, 16_KiB}, kAnna));
  CHECK_FALSE(receive(book, {kPiece, kPiece + 16_KiB}, kAnna));

  auto const wanted = book.wanted({2 * kPiece, 2 * kPiece + 16_KiB});

  REQUIRE(wanted.evicted.size() == 1);
  CHECK(wanted.evicted[0] == PieceIndex{0});
  CHECK(wanted.runs.size() == 1);
  CHECK(book.wanted({kPiece, kPiece + 32_KiB}).runs[0].range.begin == kPiece + 16_KiB);
}

TEST_CASE("the bytes of pieces count a short last one as it is", "[store]") {
  PieceBook book(3 * kPiece + 5, kPiece, 1000);
  book.restore(PieceIndex{3}, Digest{}, true);
  book.restore(PieceIndex{0}, Digest{}, true);

  CHECK(book.bytes_in(book.durable()) == kPiece + 5);
}
