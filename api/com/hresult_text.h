// What HRESULTs and error contexts mean, in English sentences. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "freshet/com/copy_types.h"
#include "freshet/com/hresults.h"

namespace freshet::com {

// Nothing for a number that is none of ours.
[[nodiscard]] std::optional<std::string> hresult_text(HRESULT hr);
[[nodiscard]] std::string_view context_text(BG_ERROR_CONTEXT context);

// S_OK for English and for whatever is the user's; E_INVALIDARG for 0; else
// ERROR_RESOURCE_LANG_NOT_FOUND.
[[nodiscard]] HRESULT check_language(DWORD language);

}  // namespace freshet::com
