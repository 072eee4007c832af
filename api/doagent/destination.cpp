#include "api/doagent/destination.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace freshet::doagent {

namespace {

constexpr mode_t kMode = 0664;

tl::unexpected<Code> failed() {
  return tl::unexpected(small_code(errno));
}

struct Place {
  local::Descriptor directory;
  std::string name;
};

Coded<Place> place_of(std::string const& path) {
  // Relative to a folder where nothing can be.
  if (!path.starts_with('/')) return tl::unexpected(small_code(ENOENT));
  auto const slash = path.rfind('/');
  auto const folder = slash == 0 ? std::string("/") : path.substr(0, slash);
  Place place{local::Descriptor(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)),
              path.substr(slash + 1)};
  if (!place.directory) return failed();
  if (place.name.empty()) return tl::unexpected(small_code(EISDIR));
  return place;
}

// Where the directory really is, whatever links led there.
std::string real_path(local::Descriptor const& directory) {
  auto const self = "/proc/self/fd/" + std::to_string(directory.get());
  std::array<char, PATH_MAX> path{};
  auto const length = ::readlink(self.c_str(), path.data(), path.size());
  return length <= 0 ? std::string() : std::string(path.data(), static_cast<std::size_t>(length));
}

bool lies_in(std::string const& path, std::string const& folder) {
  return path == folder || (path.starts_with(folder) && path[folder.size()] == '/');
}

std::optional<FileKey> key_of(int file) {
  struct stat status {};
  if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return FileKey{status.st_dev, status.st_ino};
}

}  // namespace

Coded<FileKey> make_destination(std::string const& path, std::vector<std::string> const& folders) {
  auto const place = place_of(path);
  if (!place) return tl::unexpected(place.error());
  if (!folders.empty()) {
    auto const real = real_path(place->directory);
    auto const fits = [&](std::string const& folder) { return lies_in(real, folder); };
    if (std::ranges::none_of(folders, fits)) return tl::unexpected(small_code(EACCES));
  }
  local::Descriptor const file(::openat(place->directory.get(), place->name.c_str(),
                                        O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kMode));
  if (!file) return failed();
  auto const key = key_of(file.get());
  if (!key) return tl::unexpected(small_code(EIO));
  return *key;
}

Coded<local::Descriptor> open_destination(std::string const& path, FileKey key) {
  // Without waiting, in case that something else stands there by now: a pipe, say.
  local::Descriptor file(::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file) return failed();
  if (key_of(file.get()) != key) return tl::unexpected(small_code(EEXIST));
  return file;
}

void remove_destination(std::string const& path, FileKey key) {
  auto const place = place_of(path);
  struct stat status {};
  if (!place ||
      ::fstatat(place->directory.get(), place->name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return;
  }
  if (key != FileKey{status.st_dev, status.st_ino}) return;
  static_cast<void>(::unlinkat(place->directory.get(), place->name.c_str(), 0));
}

}  // namespace freshet::doagent
