// The identity of a content: its length and the SHA-256 Merkle root over 16 KiB blocks (BEP 52).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "freshet/digest.h"
#include "freshet/export.h"
#include "freshet/units.h"

namespace freshet {

struct ContentId {
  Bytes length = 0;
  Digest root;  // All zero for the empty content, which has no blocks.
  auto operator<=>(ContentId const&) const = default;
};

// "<length>-<64 hex digits>".
[[nodiscard]] FRESHET_EXPORT std::string to_string(ContentId const& id);
[[nodiscard]] FRESHET_EXPORT std::optional<ContentId> content_id_from_string(std::string_view text);

// Counts pieces of one content, from 0.
enum class PieceIndex : std::uint32_t {};
[[nodiscard]] constexpr std::uint32_t to_number(PieceIndex piece) {
  return static_cast<std::uint32_t>(piece);
}

// Where the identity of a content came from, strongest first (docs/architecture.md, "Trust").
enum class Trust : std::uint8_t {
  job,       // The application named it: content id, manifest, piece hash file or SHA-256.
  origin,    // The origin vouched for it over verified TLS.
  signer,    // A manifest signed by a key that the administrator trusts.
  computed,  // Nobody: computed here from what the origin sent.
};
[[nodiscard]] FRESHET_EXPORT std::string_view to_string(Trust trust);

}  // namespace freshet
