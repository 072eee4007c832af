// Puts contents where applications want them: by rename, reflink, hard link if allowed, or copy.
//
// Loop only; the work runs on the sync lane. Placements that come together share their synced
// writes: what is about to happen is noted first, so that a crash in between is understood at the
// next start.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "engine/ports/content_store.h"
#include "store/disk.h"
#include "store/key_value.h"
#include "store/loader.h"
#include "store/spool.h"
#include "store/work.h"

namespace freshet::store {

struct PlaceOrder {
  SpoolId id = SpoolId::none;
  std::shared_ptr<Spool> spool;  // Null when it is not open.
  Placement placement;
  std::function<void(Result<void>)> done;
};

class PlaceEvents {
 public:
  virtual ~PlaceEvents() = default;
  // The record as it is when the work begins; nothing when the content is gone.
  [[nodiscard]] virtual std::optional<SpoolRecord> record_to_place(SpoolId id) = 0;
  // Whether its file may be moved away: nobody else needs it in the spool.
  [[nodiscard]] virtual bool may_move(SpoolId id) = 0;
  virtual void on_moved(SpoolId id, std::string const& path, FileStamp const& stamp,
                        bool keep_sharing) = 0;
  // Its file has been touched since, and has the right bytes.
  virtual void on_touched(SpoolId id, FileStamp const& stamp) = 0;
  // Its file is not what was stored (file_changed), or has other bytes (piece_mismatch). `then`
  // runs when the store no longer says that it has them.
  virtual void on_changed_outside(SpoolId id, Error const& error, std::function<void()> then) = 0;
};

class Placer {
 public:
  Placer(Disk& disk, KeyValue& database, Work& work, Loader& loader, PlaceEvents& events,
         bool allow_hard_links)
      : disk_(disk),
        database_(database),
        work_(work),
        loader_(loader),
        events_(events),
        allow_hard_links_(allow_hard_links) {}

  void place(PlaceOrder order);

 private:
  struct Task {
    PlaceOrder order;
    SpoolRecord record;
    bool may_move = false;
    bool moved = false;
    bool touched = false;
    std::string temporary;
    Result<void> result;
  };
  // What the tasks of one run share: records change as contents move.
  struct Run {
    std::vector<Task> tasks;
    std::map<SpoolId, SpoolRecord> records;
  };

  void begin();
  void run(Run& run);
  void note_intents(Run& run);
  [[nodiscard]] Result<void> put(Run& run, Task& task);
  [[nodiscard]] Result<void> check_source(Task& task, SpoolRecord& record);
  [[nodiscard]] Result<void> note_moved(Task const& task, SpoolRecord& record);
  [[nodiscard]] Result<bool> move(Task& task, std::string const& from);
  [[nodiscard]] Result<void> copy(Task& task, std::string const& from);
  void sync_directories(Run& run);
  void note_results(Run& run);
  void end(Run& run);

  Disk& disk_;
  KeyValue& database_;
  Work& work_;
  Loader& loader_;
  PlaceEvents& events_;
  bool const allow_hard_links_;
  std::vector<PlaceOrder> waiting_;
  bool running_ = false;
};

// path_invalid unless it is absolute, names a file and has no "." or ".." in it.
[[nodiscard]] Result<void> check_path(std::string const& path);

}  // namespace freshet::store
