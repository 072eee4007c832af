#include "store/lent_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "store/fill.h"
#include "store/posix_disk.h"
#include "store/posix_file.h"

namespace freshet::store {

namespace {

Result<void> check(int descriptor, std::string const& path) {
  struct stat status {};
  int const flags = ::fcntl(descriptor, F_GETFL);
  if (flags < 0 || ::fstat(descriptor, &status) != 0) {
    return tl::unexpected(disk_error(errno, path));
  }
  bool const writes = (flags & O_ACCMODE) == O_WRONLY || (flags & O_ACCMODE) == O_RDWR;
  if (S_ISREG(status.st_mode) && writes && (flags & O_APPEND) == 0) return {};
  return fail(Errc::invalid_argument, path,
              "its open file is not a regular file open for writing (and not for appending)");
}

}  // namespace

Result<void> LentFile::copy_into(int descriptor) {
  auto const& path = placement_.path;
  if (auto checked = check(descriptor, path); !checked) return checked;
  int const own = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  if (own < 0) return tl::unexpected(disk_error(errno, path));
  PosixFile target(own, path);
  if (auto emptied = target.resize(0); !emptied) return emptied;
  auto placement = placement_;
  placement.modified.reset();
  if (auto filled = fill(target, *source_, placement); !filled) return filled;
  // Times of a file of another user are his, unless we may set them.
  if (placement_.modified) static_cast<void>(target.set_modified(*placement_.modified));
  return {};
}

Result<void> LentFile::read(Bytes begin, std::span<std::byte> out) {
  constexpr ByteRange kWhole{0, ~Bytes{0}};
  auto const& parts = placement_.ranges;
  auto const read_part = [&](ByteRange range) -> Result<void> {
    auto const part = out.first(std::min<Bytes>(out.size(), range.size() - begin));
    auto const got = source_->read_at(part, range.begin + begin);
    if (!got) return tl::unexpected(got.error());
    if (*got < part.size()) {
      return fail(Errc::file_changed, placement_.path, "what is stored of it is shorter");
    }
    out = out.subspan(part.size());
    begin = 0;
    return {};
  };
  if (parts.empty()) return read_part(kWhole);
  for (auto const& range : parts) {
    if (begin >= range.size()) {
      begin -= range.size();
      continue;
    }
    if (auto const read = read_part(range); !read) return read;
    if (out.empty()) return {};
  }
  if (out.empty()) return {};
  return fail(Errc::invalid_range, placement_.path, "not within what is lent");
}

}  // namespace freshet::store
