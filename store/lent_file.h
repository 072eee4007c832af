// A stored file that is lent to whoever copies it elsewhere. Any thread; lives on its own.
#pragma once

#include <memory>

#include "engine/ports/content_store.h"
#include "store/disk.h"

namespace freshet::store {

class LentFile final : public LentContent {
 public:
  LentFile(std::unique_ptr<DiskFile> source, Placement placement)
      : source_(std::move(source)), placement_(std::move(placement)) {}

  [[nodiscard]] Result<void> copy_into(int descriptor) override;
  [[nodiscard]] Result<void> read(Bytes begin, std::span<std::byte> out) override;

 private:
  std::unique_ptr<DiskFile> const source_;
  Placement const placement_;
};

}  // namespace freshet::store
