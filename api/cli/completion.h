// Completion of the program's words, as scripts for shells. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/cli/description.h"

namespace freshet::cli {

// For "bash", "zsh" or "fish".
[[nodiscard]] std::optional<std::string> completion_script(
    std::string_view shell, std::vector<CommandText> const& commands);

}  // namespace freshet::cli
