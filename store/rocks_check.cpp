#include "store/rocks_check.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/options.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <vector>

#include "store/rocks_key_value.h"
#include "store/schema.h"

namespace freshet::store {

namespace {

class NoLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void LogHeader(char const*, va_list) override {}
  void Logv(char const*, va_list) override {}
};

tl::unexpected<Error> corrupt(std::string const& directory, std::string why) {
  return fail(Errc::store_corrupt, directory, std::move(why));
}

// RocksDB takes a directory without CURRENT for a new database and deletes what else is there. One
// that died while it was made has neither tables nor logs.
Result<void> check_files(std::string const& directory) {
  std::error_code error;
  if (std::filesystem::exists(directory + "/CURRENT", error)) return {};
  for (auto const& entry : std::filesystem::directory_iterator(directory, error)) {
    auto const kind = entry.path().extension();
    if (kind == ".sst" || kind == ".log") return corrupt(directory, "the file CURRENT is missing");
  }
  return {};
}

Result<void> check_manifest(std::string const& directory, ManifestState const& mark) {
  auto const now = read_manifest(directory, mark.bytes);
  if (!now || now->number > mark.number || *now == mark) return {};
  return corrupt(directory, "its list of files is not what it was");
}

// The tables there are; none when that cannot be read.
Result<std::vector<std::string>> check_tables(std::string const& directory) {
  std::vector<std::string> present;
  if (!rocksdb::DB::ListColumnFamilies({}, directory, &present).ok()) return present;
  for (auto const& table : present) {
    if (!is_table(table)) {
      return fail(Errc::store_too_new, directory, "it has a table \"" + table + "\"");
    }
  }
  return present;
}

// Open for reading, as long as it exists.
struct ReadOnly {
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;

  ReadOnly(std::string const& directory, std::vector<std::string> const& tables) {
    rocksdb::DBOptions options;
    options.info_log = std::make_shared<NoLog>();
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
    options.max_file_opening_threads = 1;  // Else 16 are started for each table.
    options.skip_stats_update_on_db_open = true;
    // All of them: logs that hold nothing for those that are opened are not read.
    std::vector<rocksdb::ColumnFamilyDescriptor> all;
    for (auto const& table : tables) all.emplace_back(table, rocksdb::ColumnFamilyOptions());
    rocksdb::DB* opened = nullptr;
    if (!all.empty() &&
        rocksdb::DB::OpenForReadOnly(options, directory, all, &handles, &opened).ok()) {
      db.reset(opened);
    }
  }
  ~ReadOnly() {
    for (auto* const handle : handles) db->DestroyColumnFamilyHandle(handle);
  }
  ReadOnly(ReadOnly const&) = delete;
  ReadOnly& operator=(ReadOnly const&) = delete;
};

}  // namespace

Result<void> check_rocks(std::string const& directory, std::optional<DatabaseMark> const& mark) {
  if (auto const good = check_files(directory); !good) return good;
  if (mark) {
    if (auto const good = check_manifest(directory, mark->manifest); !good) return good;
  }
  auto const tables = check_tables(directory);
  if (!tables) return tl::unexpected(tables.error());
  ReadOnly const open(directory, *tables);
  if (!open.db) return {};
  auto* const db = open.db.get();
  std::string format;
  if (db->Get({}, std::string(kFormatKey), &format).ok()) {
    if (auto const good = check_format(format, kFormatVersion); !good) return good;
  }
  if (mark && db->GetLatestSequenceNumber() < mark->sequence) {
    auto const missing = mark->sequence - db->GetLatestSequenceNumber();
    return corrupt(directory, "its last " + std::to_string(missing) + " changes cannot be read");
  }
  return {};
}

}  // namespace freshet::store
