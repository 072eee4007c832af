// Leaves root behind, as every method of apt does once it knows apt's settings. One thread, before
// others start.
#pragma once

#include <string>

#include "freshet/error.h"

namespace freshet::apt {

// Becomes this user for good; nothing when we are not root, or no user is named.
[[nodiscard]] Result<void> become(std::string const& user);

}  // namespace freshet::apt
