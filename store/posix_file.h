// One open file of the real disk. Any thread; closes its descriptor.
#pragma once

#include "store/disk.h"

namespace freshet::store {

class PosixFile final : public DiskFile {
 public:
  PosixFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~PosixFile() override;
  PosixFile(PosixFile const&) = delete;
  PosixFile& operator=(PosixFile const&) = delete;

  [[nodiscard]] Result<void> write_at(std::span<std::byte const> bytes, Bytes offset) override;
  [[nodiscard]] Result<std::size_t> read_at(std::span<std::byte> bytes, Bytes offset) override;
  [[nodiscard]] bool read_cached(std::span<std::byte> bytes, Bytes offset) override;
  [[nodiscard]] Result<void> reserve(Bytes length) override;
  [[nodiscard]] Result<void> resize(Bytes length) override;
  [[nodiscard]] Result<void> sync() override;
  void start_writeback(ByteRange range) override;
  [[nodiscard]] Result<FileStamp> stamp() override;
  [[nodiscard]] Result<void> set_modified(WallTime modified) override;
  [[nodiscard]] Result<bool> clone_from(DiskFile& source) override;
  [[nodiscard]] Result<void> copy_from(DiskFile& source, ByteRange range, Bytes to) override;

 private:
  [[nodiscard]] Result<void> copy_by_hand(PosixFile& source, ByteRange range, Bytes to);

  int const descriptor_;
  std::string const path_;
};

}  // namespace freshet::store
