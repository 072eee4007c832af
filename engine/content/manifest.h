// What it takes to verify a content piece by piece: its identity and one hash a piece.
//
// Immutable once built, shared by whoever verifies. Sources and torrents: torrent_file.h.
#pragma once

#include <memory>
#include <vector>

#include "engine/content/geometry.h"
#include "freshet/content_id.h"
#include "freshet/error.h"

namespace freshet {

// More pieces are refused: 128 MiB of hashes. Canonical contents reach it at 16 TiB.
inline constexpr std::uint32_t kPiecesMax = 1U << 22;
// Foreign manifests may have larger pieces than ours; beyond this they are refused.
inline constexpr Bytes kForeignPieceBytesMax = 128_MiB;

struct Manifest {
  ContentId content;
  Bytes piece_length = 0;     // A power of two, at least one block. Canonical: piece_length_for.
  std::vector<Digest> layer;  // Merkle root of each piece. One entry, the root, for one piece.

  [[nodiscard]] std::uint32_t pieces() const { return piece_count(content.length, piece_length); }
};

// Whether a content of this length can be cut into pieces of this length: manifest_invalid for a
// piece length that is no power of two or out of bounds, and for more than `kPiecesMax` pieces.
[[nodiscard]] Result<void> check_geometry(Bytes length, Bytes piece_length);

// Checks that the layer has one hash a piece and that they fold to the content's root.
// manifest_invalid otherwise. The empty content has the zero root and no layer.
[[nodiscard]] Result<std::shared_ptr<Manifest const>> make_manifest(ContentId content,
                                                                    Bytes piece_length,
                                                                    std::vector<Digest> layer);

// The same content with larger pieces, for example the canonical ones of a foreign manifest. Null
// when `piece_length` is smaller than the manifest's: that takes the bytes.
[[nodiscard]] std::shared_ptr<Manifest const> coarsened(Manifest const& manifest,
                                                        Bytes piece_length);

}  // namespace freshet
