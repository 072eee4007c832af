// The manifest of a file on disk, read once and hashed by two threads.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/content/manifest.h"

namespace freshet {

// How far it is. Called on the calling thread, at most ten times a second and once at the end.
// False stops the work with `cancelled`.
using HashProgress = std::function<bool(Bytes done, Bytes total)>;

// Waits until the file is hashed. Memory is two chunks of 1 MiB and the piece layer, whatever the
// length. file_changed when the file was written to meanwhile.
[[nodiscard]] Result<std::shared_ptr<Manifest const>> hash_file(std::string const& path,
                                                                HashProgress const& progress = {});

}  // namespace freshet
