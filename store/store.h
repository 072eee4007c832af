// The store: contents, the gate and the ledger behind one data directory.
//
// `open` may run on any thread before the loop uses the store; everything else is loop only (the
// gate: any thread). The loop, pool, clock and log outlive the store. The owner calls `stop`, waits
// for its callback and then destroys it; the loop and the pool must run until that callback.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/base/loop.h"
#include "engine/base/pool.h"
#include "engine/ports/arrivals.h"
#include "engine/ports/clock.h"
#include "engine/ports/content_store.h"
#include "engine/ports/ledger.h"
#include "engine/ports/log.h"
#include "engine/ports/notes.h"
#include "engine/ports/object_table.h"
#include "engine/ports/piece_reader.h"
#include "engine/ports/share_marks.h"
#include "engine/ports/write_watcher.h"
#include "freshet/counters.h"

namespace freshet {

namespace store {
class Disk;
class KeyValue;
}  // namespace store

struct StoreOptions {
  std::string data_dir;           // Absolute. Created when absent; one process at a time.
  bool reserve = true;            // Space is taken before the first byte; else files are sparse.
  bool allow_hard_links = false;  // Placed files may share their inode with the cache.
  Bytes cache_bytes_max = 0;      // Of sealed contents that no job needs; 0: keep none.
  Bytes buffer_bytes_max = 12 << 20;         // Bytes on their way from carriers to the disk.
  Bytes write_bytes_max = 1 << 20;           // Of one call of `GateStream::write`.
  std::size_t partial_blocks_max = 1 << 17;  // Blocks kept of one content's unfinished pieces.
  Duration epoch_interval = std::chrono::seconds{1};  // Verified pieces are durable after this,
  Bytes epoch_bytes = 64 << 20;                       // or after so much new data.
  std::size_t open_files_max = 256;  // Of contents; others are opened when they are needed.
  std::size_t sync_files_max = 16;   // More dirty files than this are synced all at once.
  std::size_t placed_contents_max =
      10'000;                          // Remembered at the places where applications have them.
  BytesPerSecond scrub_rate{8 << 20};  // How fast sealed contents are read again; 0: never.
  Duration scrub_interval = std::chrono::hours{24 * 14};  // Between two scrubs of one content.
  Duration scrub_pause = std::chrono::minutes{10};        // Between two looks whether one is due.
};

// What may stay of sealed contents that no job needs.
struct CacheRules {
  Bytes bytes_max = 0;  // 0: nothing.
  Duration age_max{};   // Since it was last used; 0: no limit.
  bool operator==(CacheRules const&) const = default;
};

class Store {
 public:
  // Errors: store_locked, store_too_new, store_corrupt, permission_denied, disk_full, read_only,
  // io_error, path_invalid.
  [[nodiscard]] static Result<std::unique_ptr<Store>> open(StoreOptions options, Loop& loop,
                                                           Pool& pool, Clock& clock, Log& log);

  // The same store over other disks and databases: simulation. All work, syncs too, goes to `pool`.
  struct Backing {
    std::shared_ptr<store::Disk> disk;  // Shared: the simulation keeps it over restarts.
    std::shared_ptr<store::KeyValue> database;
  };
  [[nodiscard]] static Result<std::unique_ptr<Store>> open_on(Backing backing, StoreOptions options,
                                                              Loop& loop, Pool& pool, Clock& clock,
                                                              Log& log);

  struct Parts;
  explicit Store(std::unique_ptr<Parts> parts);  // `open` makes them.
  ~Store();                                      // Asserts that `stop` is done.
  Store(Store const&) = delete;
  Store& operator=(Store const&) = delete;

  [[nodiscard]] ContentStore& contents();
  // From now on; what may not stay goes.
  void set_cache_rules(CacheRules rules);
  // When what the cache alone keeps has been there long enough; nothing for all else.
  [[nodiscard]] std::optional<WallTime> expires(SpoolId spool) const;
  [[nodiscard]] Ledger& ledger();
  [[nodiscard]] Notes& notes();
  [[nodiscard]] ShareMarks& share_marks();
  [[nodiscard]] Arrivals& arrivals();
  [[nodiscard]] PieceReader& reader();   // Any thread.
  [[nodiscard]] ObjectTable& objects();  // Any thread.
  // One watcher; any thread. Null ends it: no call to the last one runs any more when this returns.
  void watch_writes(WriteWatcher* watcher);
  // Of those counters that are about what is stored.
  void count(EngineCounters& counters) const;

  // Takes no more bytes, makes everything durable, and runs `done` on the loop as the last
  // callback.
  void stop(std::function<void()> done);
  // As if the process were killed: it may be destroyed as it is, once its loop and pool have
  // dropped their tasks. For simulated crashes.
  void abandon();

 private:
  [[nodiscard]] static Result<std::unique_ptr<Store>> open_with(Backing backing,
                                                                bool own_sync_thread,
                                                                StoreOptions options, Loop& loop,
                                                                Pool& pool, Clock& clock, Log& log);
  std::unique_ptr<Parts> parts_;
};

}  // namespace freshet
