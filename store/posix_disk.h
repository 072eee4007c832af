// The real disk. Any thread; stateless.
#pragma once

#include <sys/stat.h>

#include "store/disk.h"

namespace freshet::store {

// The error of `error_number` (errno), translated.
[[nodiscard]] Error disk_error(int error_number, std::string where);

// Of a file, as fstat or lstat told of it.
[[nodiscard]] FileStamp stamp_of(struct stat const& status);

class PosixDisk final : public Disk {
 public:
  [[nodiscard]] Result<std::unique_ptr<DiskFile>> open(std::string const& path, Mode mode) override;
  [[nodiscard]] Result<bool> rename(std::string const& from, std::string const& to,
                                    bool replace) override;
  [[nodiscard]] Result<bool> link(std::string const& from, std::string const& to) override;
  [[nodiscard]] Result<void> remove(std::string const& path) override;
  [[nodiscard]] Result<FileStamp> stamp(std::string const& path) override;
  [[nodiscard]] Result<void> make_directory(std::string const& path) override;
  [[nodiscard]] Result<std::vector<std::string>> list(std::string const& directory) override;
  [[nodiscard]] Result<void> sync_directory(std::string const& path) override;
  [[nodiscard]] Result<void> sync_file_system(std::string const& path) override;
};

}  // namespace freshet::store
