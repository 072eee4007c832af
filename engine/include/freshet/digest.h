// A SHA-256 value. A plain value; any thread.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "freshet/export.h"

namespace freshet {

struct Digest {
  std::array<std::byte, 32> bytes{};
  auto operator<=>(Digest const&) const = default;
};

// Lower-case hexadecimal, 64 characters.
[[nodiscard]] FRESHET_EXPORT std::string to_hex(Digest const& digest);
// Accepts either case; nothing unless exactly 64 hexadecimal characters.
[[nodiscard]] FRESHET_EXPORT std::optional<Digest> digest_from_hex(std::string_view text);

}  // namespace freshet

template <>
struct std::hash<freshet::Digest> {
  std::size_t operator()(freshet::Digest const& digest) const noexcept {
    std::size_t word = 0;
    std::memcpy(&word, digest.bytes.data(), sizeof word);
    return word;
  }
};
