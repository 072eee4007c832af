#include "engine/content/manifest.h"

#include <catch2/catch.hpp>

#include "tree_model.h"

using namespace freshet;

namespace {

Errc refusal(ContentId content, Bytes piece_length, std::vector<Digest> layer) {
  auto const made = make_manifest(content, piece_length, std::move(layer));
  return made ? Errc{} : made.error().code;
}

}  // namespace

TEST_CASE("a manifest is made only of a layer that folds to the root", "[manifest]") {
  auto const row = model::leaves(model::random_bytes(600'000, 1));
  ContentId const content{600'000, model::root(row)};
  auto const layer = model::layer(row, kPieceBytesMin);

  CHECK(make_manifest(content, kPieceBytesMin, layer));
  auto swapped = layer;
  std::swap(swapped[0], swapped[1]);
  CHECK(refusal(content, kPieceBytesMin, swapped) == Errc::manifest_invalid);
  CHECK(refusal(content, kPieceBytesMin, {layer[0], layer[1]}) == Errc::manifest_invalid);
  CHECK(refusal(content, 2 * kPieceBytesMin, layer) == Errc::manifest_invalid);
  CHECK(refusal({600'000, {}}, kPieceBytesMin, layer) == Errc::manifest_invalid);
}

TEST_CASE("one piece has the root as its layer and no piece has none", "[manifest]") {
  auto const row = model::leaves(model::random_bytes(40'000, 2));
  auto const root = model::root(row);

  CHECK(make_manifest({40'000, root}, kPieceBytesMin, {root}));
  CHECK(refusal({40'000, root}, kPieceBytesMin, {}) == Errc::manifest_invalid);
  CHECK(make_manifest({}, kPieceBytesMin, {}));
  CHECK(refusal({0, root}, kPieceBytesMin, {}) == Errc::manifest_invalid);
}

TEST_CASE("hostile sizes are refused before anything is counted", "[manifest]") {
  CHECK(refusal({~0ULL, {}}, kPieceBytesMax, {}) == Errc::manifest_invalid);
  CHECK(refusal({1ULL << 50, {}}, kBlockBytes, {}) == Errc::manifest_invalid);
  for (Bytes const piece : {Bytes{0}, Bytes{1}, kBlockBytes / 2, kBlockBytes + 1, 1_TiB}) {
    CHECK(refusal({100, {}}, piece, {Digest{}}) == Errc::manifest_invalid);
  }
}

TEST_CASE("pieces can grow without the bytes but not shrink", "[manifest]") {
  auto const size = GENERATE(as<std::size_t>{}, 0, 1, 16385, 70'000, 600'000, 1'000'000);
  auto const row = model::leaves(model::random_bytes(size, 3));
  auto const fine =
      *make_manifest({size, model::root(row)}, 2 * kBlockBytes, model::layer(row, 2 * kBlockBytes));

  for (Bytes piece = 2 * kBlockBytes; piece <= 4_MiB; piece *= 2) {
    auto const coarse = coarsened(*fine, piece);
    REQUIRE(coarse);
    CHECK(coarse->piece_length == piece);
    CHECK(coarse->layer == model::layer(row, piece));
  }
  CHECK_FALSE(coarsened(*fine, kBlockBytes));
}

TEST_CASE("the canonical piece length is frozen", "[geometry]") {
  CHECK(piece_length_for(0) == 256_KiB);
  CHECK(piece_length_for(256_KiB) == 256_KiB);
  CHECK(piece_length_for(256_KiB + 1) == 64_KiB);
  CHECK(piece_length_for(256_MiB) == 64_KiB);
  CHECK(piece_length_for(256_MiB + 1) == 128_KiB);
  CHECK(piece_length_for(1_GiB) == 256_KiB);
  CHECK(piece_length_for(1_GiB + 1) == 512_KiB);
  CHECK(piece_length_for(2_GiB) == 512_KiB);
  CHECK(piece_length_for(16_GiB) == 4_MiB);
  CHECK(piece_length_for(1_TiB) == 4_MiB);
  CHECK(piece_length_for(~0ULL) == 4_MiB);
}
