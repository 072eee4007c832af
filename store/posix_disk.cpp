#include "store/posix_disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "store/posix_file.h"

namespace freshet::store {

namespace {

Errc code_of(int error_number) {
  switch (error_number) {
    case ENOSPC:
      return Errc::disk_full;
    case EDQUOT:
      return Errc::quota_exceeded;
    case EROFS:
      return Errc::read_only;
    case EACCES:
    case EPERM:
      return Errc::permission_denied;
    case ENOENT:
      return Errc::not_found;
    case EEXIST:
      return Errc::file_exists;
    case ENOTDIR:
    case EISDIR:
    case ELOOP:
    case ENAMETOOLONG:
    case EINVAL:
      return Errc::path_invalid;
    case EMFILE:
    case ENFILE:
      return Errc::limit_reached;
    default:
      return Errc::io_error;
  }
}

tl::unexpected<Error> failed(std::string const& where) {
  return tl::unexpected(disk_error(errno, where));
}

int flags_of(Disk::Mode mode) {
  switch (mode) {
    case Disk::Mode::read:
      return O_RDONLY;
    case Disk::Mode::write:
      return O_RDWR;
    case Disk::Mode::create:
      return O_RDWR | O_CREAT | O_EXCL;
  }
  return O_RDONLY;
}

// Runs `act` on a descriptor of the directory and closes it.
template <typename Act>
Result<void> with_directory(std::string const& path, Act const& act) {
  int const descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return failed(path);
  bool const good = act(descriptor) == 0;
  int const error_number = errno;
  ::close(descriptor);
  if (!good) return tl::unexpected(disk_error(error_number, path));
  return {};
}

}  // namespace

FileStamp stamp_of(struct stat const& status) {
  // Stamps are told apart, no more: those of far years may come round.
  auto const since = [](timespec const& time) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U +
                                     static_cast<std::uint64_t>(time.tv_nsec));
  };
  return {status.st_dev, status.st_ino, static_cast<Bytes>(status.st_size), since(status.st_mtim),
          since(status.st_ctim)};
}

Error disk_error(int error_number, std::string where) {
  return Error{code_of(error_number), std::move(where), std::strerror(error_number)};
}

Result<std::unique_ptr<DiskFile>> PosixDisk::open(std::string const& path, Mode mode) {
  int const descriptor = ::open(path.c_str(), flags_of(mode) | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (descriptor < 0) return failed(path);
  return std::make_unique<PosixFile>(descriptor, path);
}

Result<bool> PosixDisk::rename(std::string const& from, std::string const& to, bool replace) {
  unsigned const flags = replace ? 0U : static_cast<unsigned>(RENAME_NOREPLACE);
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0) return true;
  if (errno == EXDEV) return false;
  if (errno != EINVAL || replace) return failed(to);
  // This file system has no RENAME_NOREPLACE: a link does not replace either.
  auto const linked = link(from, to);
  if (!linked || !*linked) return linked;
  if (auto const removed = remove(from); !removed) return tl::unexpected(removed.error());
  return true;
}

Result<bool> PosixDisk::link(std::string const& from, std::string const& to) {
  if (::link(from.c_str(), to.c_str()) == 0) return true;
  if (errno == EXDEV || errno == EPERM || errno == EMLINK) return false;
  return failed(to);
}

Result<void> PosixDisk::remove(std::string const& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  return failed(path);
}

Result<FileStamp> PosixDisk::stamp(std::string const& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return failed(path);
  if (!S_ISREG(status.st_mode)) return fail(Errc::path_invalid, path, "not a regular file");
  return stamp_of(status);
}

Result<void> PosixDisk::make_directory(std::string const& path) {
  for (auto slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    if (::mkdir(path.substr(0, slash).c_str(), 0777) != 0 && errno != EEXIST) return failed(path);
  }
  // What lies inside is nobody else's business.
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return failed(path);
  return with_directory(path, [](int) { return 0; });
}

Result<std::vector<std::string>> PosixDisk::list(std::string const& directory) {
  DIR* const open = ::opendir(directory.c_str());
  if (open == nullptr) return failed(directory);
  std::vector<std::string> names;
  for (dirent const* entry = ::readdir(open); entry != nullptr; entry = ::readdir(open)) {
    std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(std::move(name));
  }
  ::closedir(open);
  return names;
}

Result<void> PosixDisk::sync_directory(std::string const& path) {
  return with_directory(path, [](int descriptor) { return ::fsync(descriptor); });
}

Result<void> PosixDisk::sync_file_system(std::string const& path) {
  return with_directory(path, [](int descriptor) { return ::syncfs(descriptor); });
}

}  // namespace freshet::store
