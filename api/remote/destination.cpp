#include "api/remote/destination.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "api/small_file.h"

namespace freshet::remote {

namespace {

constexpr int kFlags = O_RDWR | O_CLOEXEC | O_NOFOLLOW;
constexpr mode_t kMode = 0666;

Result<void> set_modified(int fd, WallTime modified, std::string const& path) {
  auto const seconds = std::chrono::floor<std::chrono::seconds>(modified);
  auto const rest = std::chrono::nanoseconds(modified - seconds).count();
  timespec const times[2] = {{0, UTIME_OMIT}, {seconds.time_since_epoch().count(), rest}};
  if (::futimens(fd, times) == 0) return {};
  return tl::unexpected(file_error(errno, path));
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

tl::unexpected<Error> Destination::failed() const {
  return tl::unexpected(file_error(errno, path_));
}

Result<Destination> Destination::open(std::string const& path, std::string beside) {
  Destination made;
  auto const slash = path.rfind('/');
  if (slash == std::string::npos) return fail(Errc::path_invalid, path, "is no absolute path");
  made.path_ = path;
  made.beside_ = std::move(beside);
  made.name_ = path.substr(slash + 1);
  auto const directory = slash == 0 ? std::string("/") : path.substr(0, slash);
  made.directory_ = Descriptor(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!made.directory_) return made.failed();
  if (auto created = made.create(); !created) return tl::unexpected(created.error());
  return made;
}

Result<void> Destination::create() {
  // Without a name it leaves nothing behind, however this process ends.
  file_ = Descriptor(::openat(directory_.get(), ".", (kFlags & ~O_NOFOLLOW) | O_TMPFILE, kMode));
  if (file_) return {};
  if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL) return failed();
  for (int i = 0; i < 2; ++i) {
    file_ =
        Descriptor(::openat(directory_.get(), beside_.c_str(), kFlags | O_CREAT | O_EXCL, kMode));
    if (file_) break;
    if (errno != EEXIST || ::unlinkat(directory_.get(), beside_.c_str(), 0) != 0) return failed();
  }
  if (!file_) return failed();
  named_ = true;
  return {};
}

Result<void> Destination::give_name() {
  if (named_) return {};
  auto const self = "/proc/self/fd/" + std::to_string(file_.get());
  auto const link = [&] {
    return ::linkat(AT_FDCWD, self.c_str(), directory_.get(), beside_.c_str(), AT_SYMLINK_FOLLOW);
  };
  if (link() != 0) {
    if (errno != EEXIST || ::unlinkat(directory_.get(), beside_.c_str(), 0) != 0) return failed();
    if (link() != 0) return failed();
  }
  named_ = true;
  return {};
}

Result<void> Destination::put(std::optional<WallTime> modified) {
  if (modified) {
    if (auto const set = set_modified(file_.get(), *modified, path_); !set) return set;
  }
  if (auto const given = give_name(); !given) return given;
  auto const directory = directory_.get();
  if (::renameat(directory, beside_.c_str(), directory, name_.c_str()) != 0) return failed();
  named_ = false;
  return {};
}

Result<void> Destination::sync_directory() const {
  if (::fsync(directory_.get()) != 0) return failed();
  return {};
}

Destination::~Destination() {
  if (named_ && directory_) ::unlinkat(directory_.get(), beside_.c_str(), 0);
}

}  // namespace freshet::remote
