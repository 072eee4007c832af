// What an origin says of the SHA-256 of its bytes, in header fields: RFC 9530 and the older Digest.
//
// Pure; any thread. A field that is malformed says nothing, and so does one without SHA-256.
// Several lines of one field are joined with ", " first. Whether to believe it is for the caller
// (TLS).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "freshet/digest.h"

namespace freshet {

inline constexpr std::size_t kDigestFieldBytesMax = 8192;

// Repr-Digest: of the whole representation, even in a 206. Content-Digest, which has the same form:
// of this message's body alone, so it speaks of the whole only in a 200 without content coding.
[[nodiscard]] std::optional<Digest> sha256_from_digest_field(std::string_view value);
// Digest (RFC 3230): of the whole representation. Two SHA-256 that differ say nothing.
[[nodiscard]] std::optional<Digest> sha256_from_old_digest_field(std::string_view value);

// The value of a Repr-Digest or Content-Digest field.
[[nodiscard]] std::string to_digest_field(Digest const& sha256);

}  // namespace freshet
