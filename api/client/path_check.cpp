#include "api/client/path_check.h"

#include <sys/stat.h>
#include <unistd.h>

#include <set>

namespace freshet {

namespace {

Result<void> check_directory(std::string const& directory) {
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0) {
    return fail(Errc::path_invalid, directory, "the directory does not exist");
  }
  if (!S_ISDIR(status.st_mode)) return fail(Errc::path_invalid, directory, "is no directory");
  if (::access(directory.c_str(), W_OK | X_OK) != 0) {
    return fail(Errc::permission_denied, directory, "this user may not write here");
  }
  return {};
}

Result<void> check_target(std::string const& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
    return fail(Errc::path_invalid, path, "is a directory");
  }
  return {};
}

}  // namespace

Result<void> check_paths(std::vector<FileSpec> const& files) {
  std::set<std::string> seen;
  for (auto const& file : files) {
    auto const slash = file.path.rfind('/');
    // What is no absolute path at all is refused with the rest of the file's description.
    if (file.path.empty() || file.path.front() != '/') continue;
    auto const directory = slash == 0 ? std::string("/") : file.path.substr(0, slash);
    if (seen.insert(directory).second) {
      if (auto checked = check_directory(directory); !checked) return checked;
    }
    if (auto checked = check_target(file.path); !checked) return checked;
  }
  return {};
}

Result<void> check_paths(FileChange const& change) {
  if (!change.path) return {};
  FileSpec file;
  file.path = *change.path;
  return check_paths(std::vector{std::move(file)});
}

}  // namespace freshet
