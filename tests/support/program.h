// Runs another program to its end: neighbours that have to understand what we write. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace freshet {

struct Ran {
  int status = -1;     // Exit status; -1 when it did not end by itself.
  std::string output;  // What it wrote to stdout and stderr.
};

// The first word is looked up in PATH. `input` is its stdin, small enough for a pipe to hold (64
// KiB).
[[nodiscard]] Ran run_program(std::vector<std::string> const& words, std::string_view input = {});

}  // namespace freshet
