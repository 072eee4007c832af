// Request headers as programs write them: "Name: value" lines that end with CR LF. Pure; any
// thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/job.h"

namespace freshet::com {

// The last line need not end. Nothing for a line without a colon.
[[nodiscard]] std::optional<std::vector<Header>> read_header_lines(std::string_view text);
[[nodiscard]] std::string header_lines(std::vector<Header> const& headers);

}  // namespace freshet::com
