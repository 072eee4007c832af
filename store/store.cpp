#include "store/store.h"

#include <utility>

#include "engine/base/assert.h"
#include "engine/base/thread_pool.h"
#include "store/contents.h"
#include "store/database_ledger.h"
#include "store/posix_disk.h"
#include "store/recovery.h"
#include "store/rocks_key_value.h"
#include "store/schema.h"
#include "store/spool_reader.h"

namespace freshet {

struct Store::Parts {
  std::shared_ptr<store::Disk> disk;          // Shared with a simulation that opens it again.
  std::shared_ptr<store::KeyValue> database;  // The same.
  std::unique_ptr<ThreadPool> syncing;        // What waits for the disk; absent in a simulation.
  store::Work work;
  store::SpoolRefs refs;
  store::DatabaseLedger ledger;
  store::Contents contents;
  store::SpoolReader reader;
  bool stopped = false;

  Parts(Backing backing, std::unique_ptr<ThreadPool> sync_pool, StoreOptions const& options,
        Loop& loop, Pool& pool, Clock& clock, Log& log, store::Recovered recovered)
      : disk(std::move(backing.disk)),
        database(std::move(backing.database)),
        syncing(std::move(sync_pool)),
        work(loop, pool, syncing ? static_cast<Pool&>(*syncing) : pool),
        ledger(*database, work, refs),
        contents({*disk, *database, work, clock, log, refs}, options,
                 {std::move(recovered.records), recovered.next_id}),
        reader(*disk, contents.spool_gate(), contents.intake()) {
    for (auto const& file : recovered.files) refs.note(file);
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
  auto database = store::RocksKeyValue::open(directory);
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
  auto syncing = own_sync_thread ? std::make_unique<ThreadPool>(1) : nullptr;
  auto parts = std::make_unique<Parts>(std::move(backing), std::move(syncing), options, loop, pool,
                                       clock, log, std::move(*recovered));
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
PieceReader& Store::reader() {
  return parts_->reader;
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
