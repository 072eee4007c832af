// Texts between wide characters and the engine's UTF-8: strict both ways.
//
// Pure, but for `give_text`, which allocates what the caller frees with CoTaskMemFree. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "freshet/com/types.h"
#include "freshet/com/variant.h"

namespace freshet::com {

// Nothing for values that are no characters: surrogates and what is above U+10FFFF.
[[nodiscard]] std::optional<std::string> to_utf8(std::wstring_view text);
// Nothing for bytes that are not UTF-8: overlong forms, surrogates, cut sequences.
[[nodiscard]] std::optional<std::wstring> to_wide(std::string_view text);

// Of what may be either: UTF-8, or else Latin-1.
[[nodiscard]] std::wstring to_letters(std::string_view text);

// S_OK, E_POINTER, E_OUTOFMEMORY, or ERROR_NO_UNICODE_TRANSLATION as an HRESULT.
[[nodiscard]] HRESULT give_text(std::wstring_view text, LPWSTR* out);
[[nodiscard]] HRESULT give_text(std::string_view utf8, LPWSTR* out);
[[nodiscard]] HRESULT give_text(std::string_view utf8, VARIANT* out);

inline constexpr HRESULT kNoTranslation = HRESULT_FROM_WIN32(1113);

}  // namespace freshet::com
