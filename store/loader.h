// Opens what an earlier run left of a content, and hashes again what a crash left in doubt.
//
// Runs on a worker; nothing here is kept.
#pragma once

#include <memory>

#include "engine/ports/content_store.h"
#include "store/key_value.h"
#include "store/spool.h"
#include "store/spool_record.h"

namespace freshet::store {

struct LoaderOptions {
  std::string spool_directory;
  bool reserve = true;
  std::size_t partial_blocks_max = 0;
  std::shared_ptr<OpenFiles> open_files;
};

// Whether the file of a sealed content, which lies at `path`, is still what it was: else
// file_changed.
[[nodiscard]] Result<void> check_unchanged(Disk& disk, SpoolRecord const& record,
                                           std::string const& path);

struct Loaded {
  std::shared_ptr<Spool> spool;
  std::shared_ptr<Manifest const> manifest;
  Bytes salvaged = 0;
};

class Loader {
 public:
  Loader(Disk& disk, KeyValue& database, LoaderOptions options)
      : disk_(disk), database_(database), options_(std::move(options)) {}

  // `trust_received`: false after a failed sync, when what the page cache says may not be on the
  // disk. not_found when the file is gone, file_changed when it is not the one that was sealed.
  [[nodiscard]] Result<Loaded> load(SpoolRecord const& record, bool trust_received);

  // What the file of a sealed content is, before its bytes are handed out: file_changed when it is
  // gone or another one. A file of the spool that was touched (restored from a copy, say) is read
  // once: piece_mismatch when it has not the bytes that were stored.
  [[nodiscard]] Result<FileStamp> check_stored(SpoolRecord const& record);
  [[nodiscard]] std::string path_of(SpoolRecord const& record) const;

  struct Hashed {
    Digest root;
    std::vector<Digest> leaves;
  };
  enum class After : std::uint8_t { nothing, write_again };
  // Of a piece as the file has it now.
  [[nodiscard]] static Result<Hashed> hash_piece(DiskFile& file, ByteRange bytes,
                                                 Bytes piece_length, bool only_piece,
                                                 After after = After::nothing);

 private:
  [[nodiscard]] Result<void> load_sealed(SpoolRecord const& record, Loaded& loaded);
  [[nodiscard]] Result<void> load_unsealed(SpoolRecord const& record, bool trust_received,
                                           Loaded& loaded);
  [[nodiscard]] Result<void> check_bytes(SpoolRecord const& record);
  [[nodiscard]] Result<Bytes> salvage(SpoolRecord const& record, Loaded& loaded);

  Disk& disk_;
  KeyValue& database_;
  LoaderOptions const options_;
};

}  // namespace freshet::store
