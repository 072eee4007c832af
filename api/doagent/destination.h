// The file that a download fills: made at its start, under its own name, and nobody else's.
//
// Any thread; waits for the disk. Paths are opened with the rights of this process.
#pragma once

#include <string>
#include <vector>

#include "api/descriptor.h"
#include "api/doagent/codes.h"
#include "api/doagent/download.h"

namespace freshet::doagent {

// Made exclusively: fails where something stands, also a link. Not empty `folders`: it lies in one
// of these, wherever its path leads.
[[nodiscard]] Coded<FileKey> make_destination(std::string const& path,
                                              std::vector<std::string> const& folders);
// The same file, for writing. Never makes one.
[[nodiscard]] Coded<local::Descriptor> open_destination(std::string const& path, FileKey key);
// If it is still that one.
void remove_destination(std::string const& path, FileKey key);

}  // namespace freshet::doagent
