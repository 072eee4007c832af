// The description of the local API, as it is in openapi.json. Any thread.
#pragma once

#include <string_view>

namespace freshet::local {

[[nodiscard]] std::string_view openapi_document();

}  // namespace freshet::local
