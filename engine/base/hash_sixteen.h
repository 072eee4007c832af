// SHA-256 of sixteen messages at once, one in each lane of the widest registers: what a core
// without them does in the time of nine.
#pragma once

#include <cstddef>
#include <span>

#include "freshet/digest.h"

namespace freshet {

// `messages`: sixteen of the same length, a multiple of 64 bytes, one behind the other. Any thread.
// Two by two where the processor has no such registers.
void sha256_sixteen(std::span<std::byte const> messages, std::span<Digest, 16> out);

}  // namespace freshet
