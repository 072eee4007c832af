// How far the database had certainly come, kept beside it: a database that damage cut back to an
// older but consistent state is found out by it.
//
// Never synced, so it may be older than the database but not newer; what cannot be read counts as
// absent. Any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "freshet/digest.h"
#include "store/disk.h"

namespace freshet::store {

// RocksDB's list of its own files. It only grows, and a new one has a higher number.
struct ManifestState {
  std::uint64_t number = 0;
  Bytes bytes = 0;
  Digest sha256;  // Of these bytes.
  bool operator==(ManifestState const&) const = default;
};

struct DatabaseMark {
  std::uint64_t sequence = 0;  // Of the last change that is durable.
  ManifestState manifest;
  bool operator==(DatabaseMark const&) const = default;
};

[[nodiscard]] std::string encode(DatabaseMark const& mark);
[[nodiscard]] std::optional<DatabaseMark> decode_mark(std::string_view bytes);

// The list as it is now, or the first `bytes_max` bytes of it; nothing when it cannot be read.
[[nodiscard]] std::optional<ManifestState> read_manifest(std::string const& directory,
                                                         Bytes bytes_max = ~Bytes{0});

class DatabaseMarkFile {
 public:
  explicit DatabaseMarkFile(std::string const& directory);

  [[nodiscard]] std::optional<DatabaseMark> read();
  // Only forwards. A mark that cannot be written stays behind, which is harmless.
  void advance(std::uint64_t sequence);
  void advance(ManifestState const& manifest);

 private:
  void write();

  std::string const path_;
  std::mutex mutex_;
  DatabaseMark mark_;
  std::unique_ptr<DiskFile> file_;
};

}  // namespace freshet::store
