// BLAKE2b (RFC 7693) without a key, for any digest size: OpenSSL 3.0 has 64 bytes only, and
// minisign guards secret keys with 32. Pure; any thread.
#pragma once

#include <cstddef>
#include <span>

namespace freshet {

// Fills `digest`, 1 to 64 bytes.
void blake2b(std::span<std::byte const> bytes, std::span<std::byte> digest);

}  // namespace freshet
