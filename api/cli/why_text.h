// A job's decision record in sentences, for people. Pure.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace freshet::cli {

// Lines of what `Client::why` gives (docs/why.md). What is missing in it is left out.
[[nodiscard]] std::vector<std::string> why_text(nlohmann::json const& record);

}  // namespace freshet::cli
