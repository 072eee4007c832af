#include "store/rocks_key_value.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <mutex>
#include <shared_mutex>

#include "store/database_mark.h"
#include "store/posix_disk.h"
#include "store/rocks_check.h"

namespace freshet::store {

namespace {

constexpr std::size_t kBlockCacheBytes = 4 << 20;
constexpr std::size_t kWriteBufferBytes = 1 << 20;      // Of one table.
constexpr std::size_t kWriteBuffersBytesMax = 4 << 20;  // Of all tables.
constexpr std::uint64_t kLogBytesMax = 16 << 20;        // What a start may have to replay.
constexpr int kOpenFilesMax = 64;
constexpr std::uint64_t kBlobBytesMin = 2 << 10;  // Larger values of `objects` lie apart from keys,
constexpr std::uint64_t kBlobFileBytes = 32 << 20;    // in files of about this size.
constexpr std::size_t kLogsKeptMax = 8;               // At a start; more are made into tables.
constexpr std::uint64_t kLogsKeptBytesMax = 2 << 20;  // Likewise.
constexpr std::uint64_t kLargeBytes = 32 << 20;       // Of tables.

Error translate(rocksdb::Status const& status, std::string where) {
  auto code = Errc::io_error;
  // RocksDB keeps the errno only as text; paths in it say nothing.
  auto text = status.ToString();
  for (auto at = text.find(where); at != std::string::npos; at = text.find(where, at)) {
    text.erase(at, where.size());
  }
  auto const says = [&text](char const* words) { return text.find(words) != std::string::npos; };
  if (status.IsCorruption() || status.IsInvalidArgument() || status.IsNotSupported()) {
    code = Errc::store_corrupt;
  } else if (status.IsNoSpace()) {
    code = Errc::disk_full;
  } else if (status.IsPathNotFound()) {
    code = Errc::not_found;
  } else if (status.IsIOError()) {
    bool const busy = says("Resource temporarily unavailable");
    if (says("While lock file") && busy) code = Errc::store_locked;
    if (says("lock hold by current process")) code = Errc::store_locked;
    if (says("Permission denied")) code = Errc::permission_denied;
    if (says("Read-only file system")) code = Errc::read_only;
    if (says("Disk quota exceeded")) code = Errc::quota_exceeded;
  }
  return Error{code, std::move(where), status.ToString()};
}

Error unavailable(std::string where) {
  return Error{Errc::io_error, std::move(where), "the database could not be opened again"};
}

// Without the files in which RocksDB notes its options: nobody reads them, and each costs two syncs
// and some milliseconds, one for every table of a new database.
class NoOptionsFiles final : public rocksdb::FileSystemWrapper {
 public:
  NoOptionsFiles() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  [[nodiscard]] char const* Name() const override { return "NoOptionsFiles"; }
  rocksdb::IOStatus NewWritableFile(std::string const& path, rocksdb::FileOptions const& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    auto const name = std::string_view(path).substr(path.rfind('/') + 1);
    if (name.starts_with("OPTIONS-")) return rocksdb::IOStatus::NotSupported(path);
    return FileSystemWrapper::NewWritableFile(path, options, file, debug);
  }
};

// What RocksDB has to say comes as the status of each call; its log file would be opened and
// renamed at every start.
class NoLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void LogHeader(char const*, va_list) override {}
  void Logv(char const*, va_list) override {}
};

// Whether the logs of earlier runs stay as they are: when they are few and small, replaying them is
// quicker than writing them into tables, which takes a sync for each table. They are made durable
// to their ends, since what is lost of them would take along what later logs hold.
bool keep_logs(std::string const& directory) {
  std::error_code error;
  std::vector<std::string> logs;
  std::uint64_t bytes = 0;
  for (auto const& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() != ".log") continue;
    logs.push_back(entry.path());
    bytes += entry.file_size(error);
    if (error || logs.size() > kLogsKeptMax || bytes > kLogsKeptBytesMax) return false;
  }
  return std::ranges::all_of(logs, [](std::string const& log) {
    auto const file = PosixDisk().open(log, Disk::Mode::read);
    return file && (*file)->sync();
  });
}

// Merging what is left of an earlier run takes long enough for a start to feel it.
bool is_large(std::string const& directory) {
  std::error_code error;
  std::uint64_t bytes = 0;
  for (auto const& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".sst") bytes += entry.file_size(error);
  }
  return !error && bytes > kLargeBytes;
}

rocksdb::DBOptions database_options(std::string const& directory, rocksdb::Env& env) {
  rocksdb::DBOptions options;
  options.env = &env;
  options.info_log = std::make_shared<NoLog>();
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.max_total_wal_size = kLogBytesMax;
  options.max_open_files = kOpenFilesMax;
  options.max_background_jobs = 2;
  options.db_write_buffer_size = kWriteBuffersBytesMax;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.manifest_preallocation_size = 64 << 10;
  options.max_file_opening_threads = 1;
  options.skip_stats_update_on_db_open = true;
  options.avoid_flush_during_shutdown = true;  // The log has it all.
  options.avoid_flush_during_recovery = keep_logs(directory);
  return options;
}

rocksdb::ColumnFamilyOptions table_options(std::shared_ptr<rocksdb::Cache> const& cache) {
  rocksdb::BlockBasedTableOptions blocks;
  blocks.block_cache = cache;
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
  options.write_buffer_size = kWriteBufferBytes;
  options.max_write_buffer_number = 2;
  options.target_file_size_base = 4 << 20;
  options.compression = rocksdb::kNoCompression;  // Mostly hashes.
  return options;
}

// Bodies are large and short-lived beside the index that leads to them: apart from it, neither is
// rewritten for the other's sake.
rocksdb::ColumnFamilyOptions object_options(rocksdb::ColumnFamilyOptions options) {
  options.enable_blob_files = true;
  options.min_blob_size = kBlobBytesMin;
  options.blob_file_size = kBlobFileBytes;
  options.enable_blob_garbage_collection = true;
  return options;
}

// The first key after all that start with `prefix`; empty when there is none.
std::string after_prefix(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xFF) prefix.pop_back();
  if (!prefix.empty())
    prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

rocksdb::Slice slice(std::string_view text) {
  return {text.data(), text.size()};
}

constexpr std::array<Table, kTables> kAllTables{Table::meta,     Table::jobs,   Table::files,
                                                Table::contents, Table::layers, Table::pieces,
                                                Table::objects};

}  // namespace

std::string_view name(Table table) {
  switch (table) {
    case Table::meta:
      return "default";  // RocksDB insists on having this one.
    case Table::jobs:
      return "jobs";
    case Table::files:
      return "files";
    case Table::contents:
      return "contents";
    case Table::layers:
      return "layers";
    case Table::pieces:
      return "pieces";
    case Table::objects:
      return "objects";
  }
  return "default";
}

bool is_table(std::string_view name) {
  return std::ranges::any_of(kAllTables, [&](Table known) { return store::name(known) == name; });
}

namespace {

void note_manifest(rocksdb::DB& db, DatabaseMarkFile& mark) {
  std::vector<std::string> files;
  std::uint64_t synced = 0;  // More may be on its way into the file.
  if (!db.GetLiveFiles(files, &synced, false).ok()) return;
  if (auto const manifest = read_manifest(db.GetName(), synced)) mark.advance(*manifest);
}

// Keeps the mark up with the list of files, which changes when RocksDB moves data from the log.
class Listener final : public rocksdb::EventListener {
 public:
  explicit Listener(DatabaseMarkFile& mark) : mark_(mark) {}
  void OnFlushCompleted(rocksdb::DB* db, rocksdb::FlushJobInfo const&) override {
    note_manifest(*db, mark_);
  }
  void OnCompactionCompleted(rocksdb::DB* db, rocksdb::CompactionJobInfo const&) override {
    note_manifest(*db, mark_);
  }
  // The next write tries again at once; RocksDB by itself looks for space every five seconds, and
  // refuses meanwhile.
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status,
                            bool* automatic) override {
    *automatic = false;
  }

 private:
  DatabaseMarkFile& mark_;
};

}  // namespace

struct RocksKeyValue::Database {
  explicit Database(std::string where) : directory(std::move(where)), mark(directory) {}
  ~Database() { close(); }

  [[nodiscard]] rocksdb::Status open(bool read_only);
  void close();
  // After a failed write RocksDB refuses all others. Its own way back may wait for ever (a flush
  // that failed is never begun again), so it is opened anew: the log has all that was written.
  // While that fails too, what is there can still be read. `seen` is the count of openings at the
  // time of the failure: of several that fail one opens.
  [[nodiscard]] rocksdb::Status recover(std::uint64_t seen);

  [[nodiscard]] rocksdb::ColumnFamilyHandle* table(Table which) const {
    return tables[static_cast<std::size_t>(which)];
  }

  std::string const directory;
  DatabaseMarkFile mark;
  std::shared_ptr<Listener> const listener = std::make_shared<Listener>(mark);
  std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(std::make_shared<NoOptionsFiles>());
  std::shared_mutex mutex;  // Shared by all calls; alone: opening anew.
  std::uint64_t openings = 0;
  bool tidies = true;
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> tables;
};

void RocksKeyValue::Database::close() {
  if (!db) return;
  for (auto* table : std::exchange(tables, {})) db->DestroyColumnFamilyHandle(table);
  static_cast<void>(db->Close());
  db.reset();
}

rocksdb::Status RocksKeyValue::Database::open(bool read_only) {
  auto options = database_options(directory, *env);
  options.listeners.push_back(listener);
  auto const cache = rocksdb::NewLRUCache(kBlockCacheBytes, 0);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (auto const table : kAllTables) {
    auto options_of_table = table_options(cache);
    options_of_table.disable_auto_compactions = !tidies;
    if (table == Table::objects) options_of_table = object_options(std::move(options_of_table));
    families.emplace_back(std::string(name(table)), std::move(options_of_table));
  }
  rocksdb::DB* opened = nullptr;
  auto status = read_only
                    ? rocksdb::DB::OpenForReadOnly(options, directory, families, &tables, &opened)
                    : rocksdb::DB::Open(options, directory, families, &tables, &opened);
  db.reset(opened);
  ++openings;
  return status;
}

rocksdb::Status RocksKeyValue::Database::recover(std::uint64_t seen) {
  std::unique_lock const alone(mutex);
  if (openings != seen) return rocksdb::Status::OK();
  close();
  auto status = open(false);
  if (!status.ok()) static_cast<void>(open(true));
  return status;
}

RocksKeyValue::RocksKeyValue(std::unique_ptr<Database> database) : database_(std::move(database)) {}
RocksKeyValue::~RocksKeyValue() = default;

Result<std::unique_ptr<RocksKeyValue>> RocksKeyValue::open(std::string const& directory,
                                                           Tidy tidy) {
  auto database = std::make_unique<Database>(directory);
  // Where there is little to merge, waiting for it costs a start more than it saves.
  database->tidies = tidy == Tidy::at_once || !is_large(directory);
  auto const mark = database->mark.read();
  if (auto const good = check_rocks(directory, mark); !good) return tl::unexpected(good.error());
  if (auto const status = database->open(false); !status.ok()) {
    auto error = translate(status, directory);
    // The directory is there, so it is one of the database's own files that is missing.
    if (error.code == Errc::not_found) error.code = Errc::store_corrupt;
    return tl::unexpected(std::move(error));
  }
  note_manifest(*database->db, database->mark);
  return std::make_unique<RocksKeyValue>(std::move(database));
}

void RocksKeyValue::start_tidying() {
  std::unique_lock const alone(database_->mutex);
  if (std::exchange(database_->tidies, true) || !database_->db) return;
  // Where this fails, the next opening tidies.
  static_cast<void>(database_->db->EnableAutoCompaction(database_->tables));
}

struct RocksKeyValue::Tried {
  rocksdb::Status status;
  std::uint64_t openings = 0;
};

RocksKeyValue::Tried RocksKeyValue::try_write(Batch const& batch, Sync sync) {
  std::shared_lock const shared(database_->mutex);
  if (!database_->db) return {rocksdb::Status::Aborted("closed"), database_->openings};
  rocksdb::WriteBatch changes;
  for (auto const& change : batch.changes()) {
    auto* const table = database_->table(change.table);
    switch (change.act) {
      case Batch::Act::put:
        changes.Put(table, change.key, change.value);
        break;
      case Batch::Act::erase:
        changes.Delete(table, change.key);
        break;
      case Batch::Act::erase_prefix:
        changes.DeleteRange(table, change.key, after_prefix(change.key));
        break;
    }
  }
  rocksdb::WriteOptions options;
  options.sync = sync == Sync::yes;
  // Everything in the log before this batch becomes durable with it; what others add after it may
  // not.
  auto const before = database_->db->GetLatestSequenceNumber();
  auto const status = database_->db->Write(options, &changes);
  if (status.ok() && options.sync) database_->mark.advance(before + changes.Count());
  return {status, database_->openings};
}

Result<void> RocksKeyValue::write(Batch const& batch, Sync sync) {
  auto const tried = try_write(batch, sync);
  if (tried.status.ok()) return {};
  auto status = database_->recover(tried.openings);
  if (status.ok()) status = try_write(batch, sync).status;
  if (!status.ok()) return tl::unexpected(translate(status, database_->directory));
  return {};
}

Result<std::optional<std::string>> RocksKeyValue::get(Table table, std::string_view key) {
  std::shared_lock const shared(database_->mutex);
  if (!database_->db) return tl::unexpected(unavailable(database_->directory));
  std::string value;
  auto const status = database_->db->Get({}, database_->table(table), slice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>{};
  if (!status.ok()) return tl::unexpected(translate(status, database_->directory));
  return std::optional(std::move(value));
}

Result<void> RocksKeyValue::scan(Table table, std::string_view prefix, Visit const& visit) {
  std::shared_lock const shared(database_->mutex);
  if (!database_->db) return tl::unexpected(unavailable(database_->directory));
  rocksdb::ReadOptions options;
  std::string const end = after_prefix(std::string(prefix));
  rocksdb::Slice const bound = slice(end);
  if (!end.empty()) options.iterate_upper_bound = &bound;
  std::unique_ptr<rocksdb::Iterator> const cursor(
      database_->db->NewIterator(options, database_->table(table)));
  for (cursor->Seek(slice(prefix)); cursor->Valid(); cursor->Next()) {
    auto const visited = visit(cursor->key().ToStringView(), cursor->value().ToStringView());
    if (!visited) return visited;
  }
  if (!cursor->status().ok())
    return tl::unexpected(translate(cursor->status(), database_->directory));
  return {};
}

Result<void> RocksKeyValue::walk(Table table, std::string_view from, Step const& step) {
  std::shared_lock const shared(database_->mutex);
  if (!database_->db) return tl::unexpected(unavailable(database_->directory));
  std::unique_ptr<rocksdb::Iterator> const cursor(
      database_->db->NewIterator({}, database_->table(table)));
  for (cursor->Seek(slice(from)); cursor->Valid(); cursor->Next()) {
    if (!step(cursor->key().ToStringView(), cursor->value().ToStringView())) return {};
  }
  if (cursor->status().ok()) return {};
  return tl::unexpected(translate(cursor->status(), database_->directory));
}

std::vector<std::pair<std::string, std::uint64_t>> RocksKeyValue::figures() {
  static constexpr std::pair<char const*, char const*> kProperties[]{
      {"live_bytes", "rocksdb.estimate-live-data-size"},
      {"file_bytes", "rocksdb.total-sst-files-size"},
      {"memtable_bytes", "rocksdb.cur-size-all-mem-tables"},
      {"pending_compaction_bytes", "rocksdb.estimate-pending-compaction-bytes"},
      {"keys", "rocksdb.estimate-num-keys"},
      {"running_compactions", "rocksdb.num-running-compactions"},
      {"running_flushes", "rocksdb.num-running-flushes"},
      {"background_errors", "rocksdb.background-errors"},
      {"write_stopped", "rocksdb.is-write-stopped"},
  };
  std::shared_lock const shared(database_->mutex);
  std::vector<std::pair<std::string, std::uint64_t>> figures;
  if (!database_->db) return figures;
  for (auto const& [name, property] : kProperties) {
    std::uint64_t value = 0;
    if (database_->db->GetAggregatedIntProperty(property, &value))
      figures.emplace_back(name, value);
  }
  return figures;
}

}  // namespace freshet::store
