// The secret that members of a group prove to know. Any thread; waits for the disk.
#pragma once

#include <string>

#include "freshet/error.h"

namespace freshet {

// What stands in this file, without line ends behind it. invalid_argument unless it is 16 to 4096
// bytes long; not_found and permission_denied of the file.
[[nodiscard]] Result<std::string> read_group_secret(std::string const& path);

}  // namespace freshet
