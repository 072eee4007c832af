// Small files as a whole: manifests, keys and signatures. Any thread; the calls wait for the disk.
#pragma once

#include <string>
#include <string_view>

#include "freshet/error.h"

namespace freshet {

// The bytes of a file; limit_reached when there are more than `size_max`.
[[nodiscard]] Result<std::string> read_small_file(std::string const& path, std::size_t size_max);

// Replaces `path` whole and durably, or leaves it as it was: a temporary file beside it is synced
// and renamed, then its directory is synced.
[[nodiscard]] Result<void> write_small_file(std::string const& path, std::string_view bytes);

// What a failed system call on `path` means.
[[nodiscard]] Error file_error(int error_number, std::string const& path);

}  // namespace freshet
