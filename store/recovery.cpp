#include "store/recovery.h"

#include <set>

#include "store/job_codec.h"
#include "store/loader.h"
#include "store/piece_table.h"
#include "store/schema.h"

namespace freshet::store {

namespace {

Result<std::vector<SpoolRecord>> load_records(KeyValue& database) {
  std::vector<SpoolRecord> records;
  auto const read = database.scan(
      Table::contents, {}, [&](std::string_view key, std::string_view value) -> Result<void> {
        auto const id = spool_of_key(key);
        if (!id) return fail(Errc::store_corrupt, "content record", "bad key");
        auto record = decode_spool(*id, value);
        if (!record) return tl::unexpected(record.error());
        // All may have been restored from a copy: while unsealed, a file is what it is now.
        if (!record->sealed) record->stamp.inode = 0;
        records.push_back(std::move(*record));
        return {};
      });
  if (!read) return tl::unexpected(read.error());
  return records;
}

template <typename Record>
Result<std::vector<Record>> load_all(KeyValue& database, Table table,
                                     Result<Record> (*decode)(std::string_view)) {
  std::vector<Record> records;
  auto const read =
      database.scan(table, {}, [&](std::string_view, std::string_view value) -> Result<void> {
        auto record = decode(value);
        if (!record) return tl::unexpected(record.error());
        records.push_back(std::move(*record));
        return {};
      });
  if (!read) return tl::unexpected(read.error());
  return records;
}

Result<Recovered> read_all(KeyValue& database) {
  auto records = load_records(database);
  if (!records) return tl::unexpected(records.error());
  auto jobs = load_all<JobRecord>(database, Table::jobs, decode_job);
  if (!jobs) return tl::unexpected(jobs.error());
  auto files = load_all<FileRecord>(database, Table::files, decode_file);
  if (!files) return tl::unexpected(files.error());
  auto const next_id = load_next_id(database);
  if (!next_id) return tl::unexpected(next_id.error());
  return Recovered{std::move(*records), std::move(*jobs), std::move(*files), *next_id};
}

// A new database has no contents: with some, it is not the one that was here.
Result<void> check_new(Disk& disk, KeyValue& database, std::string const& spool_directory) {
  auto const format = database.get(Table::meta, kFormatKey);
  if (!format) return tl::unexpected(format.error());
  if (*format) return {};
  auto const names = disk.list(spool_directory);
  if (!names) return tl::unexpected(names.error());
  for (auto const& name : *names) {
    if (!spool_of_file_name(name)) continue;
    return fail(Errc::store_corrupt, spool_directory,
                "the database is empty, the contents are not");
  }
  return {};
}

// Whether the content now lies where it was to be renamed to.
bool was_renamed(Disk& disk, SpoolRecord const& record, PlacingIntent const& intent,
                 FileStamp& stamp) {
  if (intent.path.empty()) return false;
  auto const there = disk.stamp(intent.path);
  if (!there || there->inode != record.stamp.inode || there->size != record.stamp.size) {
    return false;
  }
  stamp = *there;
  return true;
}

// A rename may have happened, a copy may have been left half-way.
void settle_placing(Disk& disk, std::string const& spool_directory, SpoolRecord& record) {
  for (auto const& intent : record.placing) {
    // Failures are harmless: the file only takes space.
    if (!intent.temporary.empty()) static_cast<void>(disk.remove(intent.temporary));
    auto const in_spool = disk.stamp(spool_directory + "/" + file_name_of(record.id));
    if (record.path.empty() && !in_spool && was_renamed(disk, record, intent, record.stamp)) {
      record.path = intent.path;
    }
  }
  record.placing.clear();
}

// Of what was placed and is needed by no job, only files that are still what they were can be
// shared.
void forget_changed(Disk& disk, Recovered& read, Batch& batch) {
  std::set<SpoolId> needed;
  for (auto const& file : read.files) needed.insert(file.spool);
  std::erase_if(read.records, [&](SpoolRecord const& record) {
    if (!record.sealed || record.path.empty() || needed.contains(record.id)) return false;
    auto const same = check_unchanged(disk, record, record.path);
    bool const gone =
        !same && (same.error().code == Errc::not_found || same.error().code == Errc::file_changed);
    if (gone) erase_content(batch, record.id);
    return gone;
  });
}

Result<void> remove_orphans(Disk& disk, std::string const& directory,
                            std::vector<SpoolRecord> const& records, Log& log) {
  std::set<std::string> known;
  for (auto const& record : records) {
    if (record.path.empty()) known.insert(file_name_of(record.id));
  }
  auto const names = disk.list(directory);
  if (!names) return tl::unexpected(names.error());
  for (auto const& name : *names) {
    if (known.contains(name) || !spool_of_file_name(name)) continue;
    log.write(LogLevel::info, "orphan removed", {{"file", name}});
    if (auto const removed = disk.remove(directory + "/" + name); !removed) return removed;
  }
  return {};
}

}  // namespace

Result<Recovered> recover(Disk& disk, KeyValue& database, std::string const& data_dir, Log& log) {
  auto const directory = spool_directory(data_dir);
  if (auto const made = disk.make_directory(directory); !made) return tl::unexpected(made.error());
  if (auto const good = check_new(disk, database, directory); !good) {
    return tl::unexpected(good.error());
  }
  if (auto const good = prepare_format(database); !good) return tl::unexpected(good.error());
  auto read = read_all(database);
  if (!read) return read;
  auto& out = *read;
  Batch settled;
  for (auto& record : out.records) {
    if (record.placing.empty()) continue;
    settle_placing(disk, directory, record);
    settled.put(Table::contents, spool_key(record.id), encode(record));
  }
  forget_changed(disk, out, settled);
  if (!settled.empty()) {
    if (auto const written = database.write(settled, Sync::no); !written) {
      return tl::unexpected(written.error());
    }
  }
  if (auto const clean = remove_orphans(disk, directory, out.records, log); !clean) {
    return tl::unexpected(clean.error());
  }
  return read;
}

}  // namespace freshet::store
