// The file system as the store uses it, so that simulation can lose and tear what was not synced.
//
// Any thread; one file may be read and written by several at once. Errors are translated:
// disk_full, quota_exceeded, read_only, permission_denied, not_found, file_exists, path_invalid,
// io_error.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "freshet/error.h"
#include "freshet/units.h"

namespace freshet::store {

// What tells that a file is still the one that was stored.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  Bytes size = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;
  bool operator==(FileStamp const&) const = default;
};

class DiskFile {
 public:
  virtual ~DiskFile() = default;

  [[nodiscard]] virtual Result<void> write_at(std::span<std::byte const> bytes, Bytes offset) = 0;
  // How much was read: less than asked only at the end of the file.
  [[nodiscard]] virtual Result<std::size_t> read_at(std::span<std::byte> bytes, Bytes offset) = 0;

  // All of `bytes` from memory, without waiting for the disk; false when that is not possible.
  [[nodiscard]] virtual bool read_cached(std::span<std::byte> bytes, Bytes offset) = 0;

  // Takes the space up to `length`, so that later writes cannot run out of it; the file has that
  // size then. Where the file system cannot, the file is only sized; in memory (tmpfs) it must fit,
  // and is only sized.
  [[nodiscard]] virtual Result<void> reserve(Bytes length) = 0;
  [[nodiscard]] virtual Result<void> resize(Bytes length) = 0;
  [[nodiscard]] virtual Result<void> sync() = 0;      // Data and size are durable.
  virtual void start_writeback(ByteRange range) = 0;  // A hint: what `sync` will need soon.

  [[nodiscard]] virtual Result<FileStamp> stamp() = 0;
  [[nodiscard]] virtual Result<void> set_modified(WallTime modified) = 0;

  // The whole of `source` by sharing its extents. False: not possible here.
  [[nodiscard]] virtual Result<bool> clone_from(DiskFile& source) = 0;
  [[nodiscard]] virtual Result<void> copy_from(DiskFile& source, ByteRange range, Bytes to) = 0;
};

class Disk {
 public:
  virtual ~Disk() = default;

  enum class Mode {
    read,
    write,   // Read and write; must exist.
    create,  // Read and write; must not exist.
  };
  // A symbolic link as the last component is not followed: path_invalid.
  [[nodiscard]] virtual Result<std::unique_ptr<DiskFile>> open(std::string const& path,
                                                               Mode mode) = 0;

  // False: the two are on different file systems. file_exists when `to` exists and `replace` is
  // unset.
  [[nodiscard]] virtual Result<bool> rename(std::string const& from, std::string const& to,
                                            bool replace) = 0;
  // A second name. False: not possible between these.
  [[nodiscard]] virtual Result<bool> link(std::string const& from, std::string const& to) = 0;
  [[nodiscard]] virtual Result<void> remove(std::string const& path) = 0;      // Absent is fine.
  [[nodiscard]] virtual Result<FileStamp> stamp(std::string const& path) = 0;  // Of a regular file.

  [[nodiscard]] virtual Result<void> make_directory(std::string const& path) = 0;  // Parents too.
  [[nodiscard]] virtual Result<std::vector<std::string>> list(std::string const& directory) = 0;
  [[nodiscard]] virtual Result<void> sync_directory(std::string const& path) = 0;
  // Everything on the file system of `path`: data, sizes and names.
  [[nodiscard]] virtual Result<void> sync_file_system(std::string const& path) = 0;
};

}  // namespace freshet::store
