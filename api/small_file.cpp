#include "api/small_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace freshet {

namespace {

// Closed by its owner's end. Never a copy.
class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  File(File const&) = delete;
  File& operator=(File const&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    auto const written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool sync_directory(std::string const& path) {
  auto directory = std::filesystem::path(path).parent_path().string();
  if (directory.empty()) directory = ".";
  File const file(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return file.fd() >= 0 && ::fsync(file.fd()) == 0;
}

// A new file beside `path`; one that a killed process left under the same name is removed.
int create_beside(std::string const& name) {
  constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  int const fd = ::open(name.c_str(), flags, 0666);
  if (fd >= 0 || errno != EEXIST || ::unlink(name.c_str()) != 0) return fd;
  return ::open(name.c_str(), flags, 0666);
}

}  // namespace

Error file_error(int error_number, std::string const& path) {
  auto const why = std::generic_category().message(error_number);
  switch (error_number) {
    case ENOENT:
      return {Errc::not_found, path, why};
    case EACCES:
    case EPERM:
      return {Errc::permission_denied, path, why};
    case ENOSPC:
      return {Errc::disk_full, path, why};
    case EDQUOT:
      return {Errc::quota_exceeded, path, why};
    case EROFS:
      return {Errc::read_only, path, why};
    case ENOTDIR:
    case EISDIR:
    case ELOOP:
    case ENAMETOOLONG:
      return {Errc::path_invalid, path, why};
    default:
      return {Errc::io_error, path, why};
  }
}

Result<std::string> read_small_file(std::string const& path, std::size_t size_max) {
  File const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd() < 0) return unexpected(file_error(errno, path));
  std::string bytes;
  char chunk[16384];
  for (;;) {
    auto const count = ::read(file.fd(), chunk, sizeof chunk);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unexpected(file_error(errno, path));
    if (count == 0) return bytes;
    bytes.append(chunk, static_cast<std::size_t>(count));
    if (bytes.size() > size_max) {
      return fail(Errc::limit_reached, path,
                  "has more than " + std::to_string(size_max) + " bytes");
    }
  }
}

Result<void> write_small_file(std::string const& path, std::string_view bytes) {
  auto const temporary = path + "." + std::to_string(::getpid()) + ".part";
  File const file(create_beside(temporary));
  if (file.fd() < 0) return unexpected(file_error(errno, path));
  bool const renamed = write_all(file.fd(), bytes) && ::fsync(file.fd()) == 0 &&
                       ::rename(temporary.c_str(), path.c_str()) == 0;
  if (!renamed) {
    auto error = file_error(errno, path);
    ::unlink(temporary.c_str());
    return unexpected(std::move(error));
  }
  if (!sync_directory(path)) return unexpected(file_error(errno, path));
  return {};
}

}  // namespace freshet
