// The list of files for `freshet get -i`: a URL a line, and what is known of its file on the lines
// below it, as aria2 reads them (docs/cli.md, "Lists").
//
// Pure; any thread.
#pragma once

#include <istream>
#include <string>
#include <vector>

#include "freshet/error.h"

namespace freshet::cli {

inline constexpr std::size_t kInputFilesMax = 20'000;

struct ListedFile {
  std::vector<std::string> urls;  // The first, and mirrors of the same bytes.
  std::string path;               // Empty: named by the URL.
  std::string directory;          // Empty: where all go.
  std::string sha256;
  std::string content;
  std::string manifest;
};

// invalid_argument names the line; limit_reached beyond `kInputFilesMax`.
[[nodiscard]] Result<std::vector<ListedFile>> read_list(std::istream& lines,
                                                        std::string const& name);

}  // namespace freshet::cli
