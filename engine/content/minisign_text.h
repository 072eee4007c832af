// The lines of minisign's files, apart from what is signed. Pure; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::minisign {

inline constexpr std::string_view kUntrusted = "untrusted comment: ";
inline constexpr std::string_view kTrusted = "trusted comment: ";

// The lines of a text, without their ends ("\n" or "\r\n"); nothing for more than `lines_max`.
[[nodiscard]] std::optional<std::vector<std::string_view>> lines(std::string_view text,
                                                                 std::size_t lines_max);

// The bytes of a base64 line, if they are as many as expected.
[[nodiscard]] std::optional<std::vector<std::byte>> decoded(std::string_view line,
                                                            std::size_t size);

// Whether a comment can be shown and signed: no control characters (but tabs), not too long.
[[nodiscard]] bool is_comment(std::string_view text);

}  // namespace freshet::minisign
