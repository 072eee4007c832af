// The program's manual pages, made of what its parser says of itself. Pure.
#pragma once

#include <string>
#include <vector>

#include "api/cli/description.h"

namespace freshet::cli {

struct ManualPage {
  std::string file;  // "freshet-job.1"
  std::string text;  // roff, for man(7).
};

// One of the program, and one of each command or noun with all its verbs.
[[nodiscard]] std::vector<ManualPage> manual_pages(std::vector<CommandText> const& commands);

}  // namespace freshet::cli
