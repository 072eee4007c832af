// The hash tree of BEP 52: leaves are SHA-256 of 16 KiB blocks, missing leaves are zero hashes.
//
// Pure; any thread.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/content/geometry.h"
#include "freshet/digest.h"

namespace freshet {

// Hashes of the blocks of `bytes`, which start at a block's begin; the last block may be short.
void hash_blocks(std::span<std::byte const> bytes, std::span<Digest> leaves);

// Root over `hashes`, each the root of a subtree of `subtree_blocks` blocks (a power of two),
// padded with roots of zero leaves up to the next power of two, but at least to `width_min`
// entries.
[[nodiscard]] Digest merkle_root(std::span<Digest const> hashes, std::size_t subtree_blocks = 1,
                                 std::size_t width_min = 1);

// Root of one piece from its leaves. A content of several pieces pads its last piece to full size;
// a content of one piece does not.
[[nodiscard]] Digest piece_root(std::span<Digest const> leaves, Bytes piece_length,
                                bool only_piece);

}  // namespace freshet
