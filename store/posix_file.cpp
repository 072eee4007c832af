#include "store/posix_file.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "store/posix_disk.h"

namespace freshet::store {

namespace {

constexpr std::size_t kCopyBytes = 256 * 1024;

off_t position(Bytes offset) {
  return static_cast<off_t>(offset);
}

// There taking space means to clear every page of it, which takes as long as to write it.
bool in_memory(struct statfs const& where) {
  return where.f_type == TMPFS_MAGIC || where.f_type == RAMFS_MAGIC;
}

// Such a file system without a limit says that it has no blocks.
bool has_room(struct statfs const& where, struct stat const& file, Bytes length) {
  auto const taken = static_cast<Bytes>(file.st_blocks) * 512;
  auto const free = Bytes{where.f_bavail} * static_cast<Bytes>(where.f_bsize);
  return where.f_blocks == 0 || taken + free >= length;
}

}  // namespace

PosixFile::~PosixFile() {
  ::close(descriptor_);
}

Result<void> PosixFile::write_at(std::span<std::byte const> bytes, Bytes offset) {
  while (!bytes.empty()) {
    auto const written = ::pwrite(descriptor_, bytes.data(), bytes.size(), position(offset));
    if (written < 0) {
      if (errno == EINTR) continue;
      return tl::unexpected(disk_error(errno, path_));
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<Bytes>(written);
  }
  return {};
}

Result<std::size_t> PosixFile::read_at(std::span<std::byte> bytes, Bytes offset) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    auto const got =
        ::pread(descriptor_, bytes.data() + done, bytes.size() - done, position(offset + done));
    if (got < 0) {
      if (errno == EINTR) continue;
      return tl::unexpected(disk_error(errno, path_));
    }
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

bool PosixFile::read_cached(std::span<std::byte> bytes, Bytes offset) {
  iovec const where{.iov_base = bytes.data(), .iov_len = bytes.size()};
  auto const got = ::preadv2(descriptor_, &where, 1, position(offset), RWF_NOWAIT);
  return got >= 0 && static_cast<std::size_t>(got) == bytes.size();
}

Result<void> PosixFile::reserve(Bytes length) {
  if (length == 0) return {};
  struct statfs where {};
  struct stat file {};
  bool const known = ::fstatfs(descriptor_, &where) == 0 && ::fstat(descriptor_, &file) == 0;
  if (known && in_memory(where)) {
    if (!has_room(where, file, length)) return tl::unexpected(disk_error(ENOSPC, path_));
    return resize(length);
  }
  while (::fallocate(descriptor_, 0, 0, position(length)) != 0) {
    if (errno == EINTR) continue;
    if (errno == EOPNOTSUPP || errno == ENOSYS) return resize(length);
    return tl::unexpected(disk_error(errno, path_));
  }
  return {};
}

Result<void> PosixFile::resize(Bytes length) {
  if (::ftruncate(descriptor_, position(length)) == 0) return {};
  return tl::unexpected(disk_error(errno, path_));
}

Result<void> PosixFile::sync() {
  if (::fdatasync(descriptor_) == 0) return {};
  return tl::unexpected(disk_error(errno, path_));
}

void PosixFile::start_writeback(ByteRange range) {
  // Only a hint: errors come out of `sync`.
  static_cast<void>(::sync_file_range(descriptor_, position(range.begin), position(range.size()),
                                      SYNC_FILE_RANGE_WRITE));
}

Result<FileStamp> PosixFile::stamp() {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) return tl::unexpected(disk_error(errno, path_));
  return stamp_of(status);
}

Result<void> PosixFile::set_modified(WallTime modified) {
  auto const ms = modified.time_since_epoch().count();
  auto const seconds = ms >= 0 ? ms / 1000 : (ms - 999) / 1000;
  timespec const times[2] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT},
                             {.tv_sec = seconds, .tv_nsec = (ms - seconds * 1000) * 1'000'000}};
  if (::futimens(descriptor_, times) == 0) return {};
  return tl::unexpected(disk_error(errno, path_));
}

Result<bool> PosixFile::clone_from(DiskFile& source) {
  auto const& other = dynamic_cast<PosixFile&>(source);
  return ::ioctl(descriptor_, FICLONE, other.descriptor_) == 0;
}

Result<void> PosixFile::copy_from(DiskFile& source, ByteRange range, Bytes to) {
  auto& other = dynamic_cast<PosixFile&>(source);
  off_t in = position(range.begin);
  off_t out = position(to);
  while (in < position(range.end)) {
    auto const copied = ::copy_file_range(other.descriptor_, &in, descriptor_, &out,
                                          static_cast<std::size_t>(position(range.end) - in), 0);
    if (copied > 0) continue;
    if (copied == 0) return fail(Errc::io_error, other.path_, "the file is shorter than it was");
    if (errno == EINTR) continue;
    if (errno != EXDEV && errno != EINVAL && errno != EOPNOTSUPP && errno != ENOSYS) {
      return tl::unexpected(disk_error(errno, path_));
    }
    return copy_by_hand(other, {static_cast<Bytes>(in), range.end}, static_cast<Bytes>(out));
  }
  return {};
}

Result<void> PosixFile::copy_by_hand(PosixFile& source, ByteRange range, Bytes to) {
  std::vector<std::byte> bytes(std::min<Bytes>(kCopyBytes, range.size()));
  while (!range.empty()) {
    auto const part = std::span(bytes).first(std::min<Bytes>(bytes.size(), range.size()));
    auto const got = source.read_at(part, range.begin);
    if (!got) return tl::unexpected(got.error());
    if (*got < part.size())
      return fail(Errc::io_error, source.path_, "the file is shorter than it was");
    if (auto const written = write_at(part, to); !written) return written;
    range.begin += part.size();
    to += part.size();
  }
  return {};
}

}  // namespace freshet::store
