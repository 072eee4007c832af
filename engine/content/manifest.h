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

struct Manifest {
  ContentId content;
  Bytes piece_length = 0;     // A power of two, at least one block. Canonical: piece_length_for.
  std::vector<Digest> layer;  // Merkle root of each piece. One entry, the root, for one piece.

  [[nodiscard]] std::uint32_t pieces() const { return piece_count(content.length, piece_length); }
};

// Checks that the layer has one hash a piece and that they fold to the content's root.
// manifest_invalid otherwise.
[[nodiscard]] Result<std::shared_ptr<Manifest const>> make_manifest(ContentId content,
                                                                    Bytes piece_length,
                                                                    std::vector<Digest> layer);

}  // namespace freshet
