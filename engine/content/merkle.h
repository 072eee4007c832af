// The hash tree of BEP 52: leaves are SHA-256 of 16 KiB blocks, missing leaves are zero hashes.
//
// Pure; any thread. For hashes that come in any order: merkle_builder.h.
#pragma once

#include <cstddef>
#include <span>

#include "engine/content/geometry.h"
#include "freshet/digest.h"

namespace freshet {

// Hashes of the blocks of `bytes`, which start at a block's begin; the last block may be short.
// `leaves` has one entry a block.
void hash_blocks(std::span<std::byte const> bytes, std::span<Digest> leaves);

// Root of a subtree of `blocks` zero leaves (a power of two).
[[nodiscard]] Digest zero_root(std::size_t blocks);

// Root over `hashes`, each the root of a subtree of `subtree_blocks` blocks (a power of two),
// padded with roots of zero leaves up to the next power of two, but at least to `width_min` entries
// (a power of two). The root of nothing is the zero hash.
[[nodiscard]] Digest merkle_root(std::span<Digest const> hashes, std::size_t subtree_blocks = 1,
                                 std::size_t width_min = 1);

// Root of one piece from its leaves. A content of several pieces pads its last piece to full size;
// a content of one piece does not.
[[nodiscard]] Digest piece_root(std::span<Digest const> leaves, Bytes piece_length,
                                bool only_piece);

}  // namespace freshet
