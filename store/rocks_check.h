// Looks at a database before it is opened for writing, which changes it at once.
//
// Any thread. Says nothing about a database that it cannot read: opening it tells what is wrong.
#pragma once

#include <optional>
#include <string>

#include "freshet/error.h"
#include "store/database_mark.h"

namespace freshet::store {

// store_too_new for a format this version does not know. store_corrupt when files are missing or
// when it ends before `mark`, which was read before.
[[nodiscard]] Result<void> check_rocks(std::string const& directory,
                                       std::optional<DatabaseMark> const& mark);

}  // namespace freshet::store
