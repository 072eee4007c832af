// Base64 as RFC 4648 §4 has it: padded, one spelling for each value, nothing else let in. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace freshet {

[[nodiscard]] std::string to_base64(std::span<std::byte const> bytes);
// Nothing for white space, missing padding, or bits that padding should have left zero.
[[nodiscard]] std::optional<std::vector<std::byte>> from_base64(std::string_view text);

}  // namespace freshet
