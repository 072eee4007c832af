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

Result<void> check_tables(std::string const& directory) {
  std::vector<std::string> present;
  if (!rocksdb::DB::ListColumnFamilies({}, directory, &present).ok()) return {};
  for (auto const& table : present) {
    if (!is_table(table)) {
      return fail(Errc::store_too_new, directory, "it has a table \"" + table + "\"");
    }
  }
  return {};
}

}  // namespace

Result<void> check_rocks(std::string const& directory, std::optional<DatabaseMark> const& mark) {
  if (auto const good = check_files(directory); !good) return good;
  if (mark) {
    if (auto const good = check_manifest(directory, mark->manifest); !good) return good;
  }
  if (auto const good = check_tables(directory); !good) return good;
  rocksdb::Options options;
  options.info_log = std::make_shared<NoLog>();
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  rocksdb::DB* opened = nullptr;
  if (!rocksdb::DB::OpenForReadOnly(options, directory, &opened).ok()) return {};
  std::unique_ptr<rocksdb::DB> const db(opened);
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
