// Files of the web page as answers. Pure; any thread.
#pragma once

#include <optional>
#include <string_view>

#include "api/local/call.h"
#include "api/local/http_reader.h"

namespace freshet::local {

// Nothing: the path is none of the page's. 304 when the caller has it already.
[[nodiscard]] std::optional<Answer> page_answer(HttpRequest const& request, std::string_view path);

}  // namespace freshet::local
