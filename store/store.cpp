#include "store/store.h"

#include <utility>

#include "engine/base/assert.h"
#include "engine/base/thread_pool.h"
#include "store/contents.h"
#include "store/database_arrivals.h"
#include "store/database_ledger.h"
#include "store/database_notes.h"
#include "store/database_objects.h"
#include "store/database_share_marks.h"
#include "store/posix_disk.h"
#include "store/recovery.h"
#include "store/rocks_key_value.h"
#include "store/schema.h"
#include "store/spool_reader.h"

namespace freshet {

struct Store::Parts {
  // What is known of contents beside their records and jobs.
  struct Kept {
    std::map<SpoolId, WallTime> marked;
    std::vector<SpoolId> held;
    std::map<SpoolId, Arrival> arrivals;
  };

  std::shared_ptr<store::Disk> disk;          // Shared with a simulation that opens it again.
  std::shared_ptr<store::KeyValue> database;  // The same.
  std::unique_ptr<ThreadPool> syncing;        // What waits for the disk; absent in a simulation.
  store::Work work;
  store::SpoolRefs refs;
  store::DatabaseLedger ledger;
  store::DatabaseNotes notes;
  store::DatabaseShareMarks marks;
  store::DatabaseArrivals arrivals;
  store::DatabaseObjects objects;
  store::Contents contents;
  store::SpoolReader reader;
  bool stopped = false;

  Parts(Backing backing, std::unique_ptr<ThreadPool> sync_pool, StoreOptions const& options,
        Loop& loop, Pool& pool, Clock& clock, Log& log, store::Recovered recovered, Kept kept)
      : disk(std::move(backing.disk)),
        database(std::move(backing.database)),
        syncing(std::move(sync_pool)),
        work(loop, pool, syncing ? static_cast<Pool&>(*syncing) : pool),
        ledger(*database, work, refs),
        notes(*database, work),
        marks(*database, work, std::move(kept.marked)),
        arrivals(*database, work, std::move(kept.arrivals)),
        objects(*database, work, refs),
        contents({*disk, *database, work, clock, log, refs, marks, arrivals}, options,
                 {std::move(recovered.records), recovered.next_id}),
        reader(*disk, contents.spool_gate(), contents.intake()) {
    for (auto const& file : recovered.files) refs.note(file);
    for (auto const spool : kept.held) refs.hold(spool);
    ledger.set_read({std::move(recovered.jobs), std::move(recovered.files)});
    contents.start();
  }
};

Result<std::unique_ptr<Store>> Store::open(StoreOptions options, Loop& loop, Pool& pool,
                                           Clock& clock, Log& log) {
  if (options.data_dir.empty() || options.data_dir.front() != '/') {
    return fail(Errc::path_invalid, options.data_dir, "the data directory is no absolute path");
  }
  auto disk = std::make_shared<store::PosixDisk>();
  auto const directory = store::database_directory(options.data_dir);
  if (auto const made = disk->make_directory(options.data_dir); !made) {
    return tl::unexpected(made.error());
  }
  if (auto const made = disk->make_directory(directory); !made) {
    return tl::unexpected(made.error());
  }
  auto database = store::RocksKeyValue::open(directory, store::RocksKeyValue::Tidy::later);
  if (!database) return tl::unexpected(database.error());
  return open_with({std::move(disk), std::move(*database)}, true, std::move(options), loop, pool,
                   clock, log);
}

Result<std::unique_ptr<Store>> Store::open_on(Backing backing, StoreOptions options, Loop& loop,
                                              Pool& pool, Clock& clock, Log& log) {
  return open_with(std::move(backing), false, std::move(options), loop, pool, clock, log);
}

Result<std::unique_ptr<Store>> Store::open_with(Backing backing, bool own_sync_thread,
                                                StoreOptions options, Loop& loop, Pool& pool,
                                                Clock& clock, Log& log) {
  auto recovered = store::recover(*backing.disk, *backing.database, options.data_dir, log);
  if (!recovered) return tl::unexpected(recovered.error());
  auto marked = store::DatabaseShareMarks::load(*backing.database);
  if (!marked) return tl::unexpected(marked.error());
  auto held = store::DatabaseObjects::load_held(*backing.database);
  if (!held) return tl::unexpected(held.error());
  auto arrivals = store::DatabaseArrivals::load(*backing.database, recovered->records);
  if (!arrivals) return tl::unexpected(arrivals.error());
  Parts::Kept kept{std::move(*marked), std::move(*held), std::move(*arrivals)};
  auto syncing = own_sync_thread ? std::make_unique<ThreadPool>(1) : nullptr;
  auto parts = std::make_unique<Parts>(std::move(backing), std::move(syncing), options, loop, pool,
                                       clock, log, std::move(*recovered), std::move(kept));
  parts->database->start_tidying();
  return std::make_unique<Store>(std::move(parts));
}

Store::Store(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Store::~Store() {
  FRESHET_ASSERT(parts_->stopped);
  if (parts_->syncing) parts_->syncing->stop();
}

ContentStore& Store::contents() {
  return parts_->contents;
}
Ledger& Store::ledger() {
  return parts_->ledger;
}
void Store::set_cache_rules(CacheRules rules) {
  parts_->contents.set_cache_rules(rules);
}
std::optional<WallTime> Store::expires(SpoolId spool) const {
  return parts_->contents.expires(spool);
}
ShareMarks& Store::share_marks() {
  return parts_->marks;
}
Arrivals& Store::arrivals() {
  return parts_->arrivals;
}
Notes& Store::notes() {
  return parts_->notes;
}
PieceReader& Store::reader() {
  return parts_->reader;
}
ObjectTable& Store::objects() {
  return parts_->objects;
}
void Store::watch_writes(WriteWatcher* watcher) {
  parts_->contents.intake().watch_writes(watcher);
}

void Store::count(EngineCounters& counters) const {
  auto const& evicted = parts_->contents.evicted();
  counters.evicted = evicted.contents;
  counters.evicted_bytes = evicted.bytes;
  counters.database = parts_->database->figures();
}

void Store::stop(std::function<void()> done) {
  parts_->contents.stop([this, done = std::move(done)] {
    parts_->stopped = true;
    done();
  });
}

void Store::abandon() {
  parts_->stopped = true;
}

}  // namespace freshet
