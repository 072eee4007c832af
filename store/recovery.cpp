#include "store/recovery.h"

#include <set>

#include "store/job_codec.h"
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
        records.push_back(std::move(*record));
        return {};
      });
  if (!read) return tl::unexpected(read.error());
  return records;
}

Result<std::vector<FileRecord>> load_files(KeyValue& database) {
  std::vector<FileRecord> files;
  auto const read = database.scan(Table::files, {},
                                  [&](std::string_view, std::string_view value) -> Result<void> {
                                    auto record = decode_file(value);
                                    if (!record) return tl::unexpected(record.error());
                                    files.push_back(std::move(*record));
                                    return {};
                                  });
  if (!read) return tl::unexpected(read.error());
  return files;
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
  if (auto const good = prepare_format(database); !good) return tl::unexpected(good.error());
  Recovered out;
  auto records = load_records(database);
  if (!records) return tl::unexpected(records.error());
  out.records = std::move(*records);
  auto files = load_files(database);
  if (!files) return tl::unexpected(files.error());
  out.files = std::move(*files);
  auto const next_id = load_next_id(database);
  if (!next_id) return tl::unexpected(next_id.error());
  out.next_id = *next_id;
  Batch settled;
  for (auto& record : out.records) {
    if (record.placing.empty()) continue;
    settle_placing(disk, directory, record);
    settled.put(Table::contents, spool_key(record.id), encode(record));
  }
  if (!settled.empty()) {
    if (auto const written = database.write(settled, Sync::no); !written) {
      return tl::unexpected(written.error());
    }
  }
  if (auto const clean = remove_orphans(disk, directory, out.records, log); !clean) {
    return tl::unexpected(clean.error());
  }
  return out;
}

}  // namespace freshet::store
