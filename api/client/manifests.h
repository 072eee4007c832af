// What a job is told of a file's identity, brought into the form the engine takes. Any thread; may
// wait for the disk.
#pragma once

#include <vector>

#include "freshet/error.h"
#include "freshet/job.h"

namespace freshet {

// A magnet link becomes the content id and the URLs it carries. Other manifests stay as they are.
// manifest_invalid for a link that does not name the content (an ordinary one, not from `publish`).
[[nodiscard]] Result<void> resolve_magnet(FileSpec& file);
// The bytes of a manifest that is named by a path, and of its signature, if it has one.
[[nodiscard]] Result<void> read_manifest(FileSpec& file);
// Both, of every file.
[[nodiscard]] Result<void> read_manifests(std::vector<FileSpec>& files);
// Both, of a new identity. URLs that a magnet link carries are left out.
[[nodiscard]] Result<void> read_manifests(FileChange& change);

}  // namespace freshet
