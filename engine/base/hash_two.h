// SHA-256 of two messages at once. A round of the hash waits for the one before it, so a core that
// has instructions for it stands idle for half of the time; two messages fill each other's gaps.
#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "freshet/digest.h"

namespace freshet {

// Both of the same length. Any thread. One after the other where the processor has no such
// instructions.
[[nodiscard]] std::pair<Digest, Digest> sha256_two(std::span<std::byte const> first,
                                                   std::span<std::byte const> second);

}  // namespace freshet
