// Changes of what was asked for of one file. Pure.
#pragma once

#include "freshet/job.h"

namespace freshet {

[[nodiscard]] FileIdentity identity_of(FileSpec const& spec);
void apply(FileChange change, FileSpec& spec);
// Whether bytes that arrived for `before` must be fetched again for `after`: another identity
// judges them, or one that could be done without so far.
[[nodiscard]] bool judged_anew(FileSpec const& before, FileSpec const& after);

}  // namespace freshet
