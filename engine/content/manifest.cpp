#include "engine/content/manifest.h"

#include <bit>
#include <span>

#include "engine/base/assert.h"
#include "engine/content/merkle.h"

namespace freshet {

Result<void> check_geometry(Bytes length, Bytes piece_length) {
  if (!std::has_single_bit(piece_length) || piece_length < kBlockBytes ||
      piece_length > kForeignPieceBytesMax) {
    return fail(Errc::manifest_invalid, "piece length",
                std::to_string(piece_length) + " is no power of two from 16 KiB to 128 MiB");
  }
  // Divided first: a hostile length must not overflow what counts its pieces.
  if (length / piece_length >= kPiecesMax) {
    return fail(
        Errc::manifest_invalid, "length",
        std::to_string(length) + " makes more than " + std::to_string(kPiecesMax) + " pieces");
  }
  return {};
}

Result<std::shared_ptr<Manifest const>> make_manifest(ContentId content, Bytes piece_length,
                                                      std::vector<Digest> layer) {
  if (auto checked = check_geometry(content.length, piece_length); !checked) {
    return unexpected(checked.error());
  }
  auto const pieces = piece_count(content.length, piece_length);
  if (layer.size() != pieces) {
    return fail(Errc::manifest_invalid, "piece layer",
                std::to_string(layer.size()) + " hashes for " + std::to_string(pieces) + " pieces");
  }
  if (merkle_root(layer, static_cast<std::size_t>(piece_length / kBlockBytes)) != content.root) {
    return fail(Errc::manifest_invalid, "piece layer", "does not fold to the content's root");
  }
  return std::make_shared<Manifest const>(Manifest{content, piece_length, std::move(layer)});
}

std::shared_ptr<Manifest const> coarsened(Manifest const& manifest, Bytes piece_length) {
  FRESHET_ASSERT(std::has_single_bit(piece_length));
  if (piece_length < manifest.piece_length) return nullptr;
  auto const blocks = static_cast<std::size_t>(manifest.piece_length / kBlockBytes);
  auto const group = static_cast<std::size_t>(piece_length / manifest.piece_length);
  auto rest = std::span(manifest.layer);
  // One piece is not padded to its full size, and its root is the content's.
  if (rest.size() <= group) {
    auto layer = rest.empty() ? std::vector<Digest>{} : std::vector{manifest.content.root};
    return std::make_shared<Manifest const>(
        Manifest{manifest.content, piece_length, std::move(layer)});
  }
  std::vector<Digest> layer;
  while (!rest.empty()) {
    auto const part = rest.first(std::min(group, rest.size()));
    layer.push_back(merkle_root(part, blocks, group));
    rest = rest.subspan(part.size());
  }
  return std::make_shared<Manifest const>(
      Manifest{manifest.content, piece_length, std::move(layer)});
}

}  // namespace freshet
