// When verified pieces become durable: data first, then state, at most every second or 64 MiB.
//
// Loop only; the syncing runs on the sync lane, one epoch at a time. What is asked for while one
// runs goes into the next.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/ports/clock.h"
#include "store/key_value.h"
#include "store/spool.h"
#include "store/spool_record.h"
#include "store/work.h"

namespace freshet::store {

// A content that becomes sealed with the epoch. `record.stamp` is filled in.
struct SealOrder {
  std::shared_ptr<Spool> spool;
  SpoolRecord record;
  std::shared_ptr<Manifest const>
      new_layer;  // To be written with it; null when it is there already.
  std::function<void(Result<SpoolRecord>)> done;
};

class EpochEvents {
 public:
  virtual ~EpochEvents() = default;
  // The record as it is when the epoch begins.
  [[nodiscard]] virtual SpoolRecord record_of(SpoolId spool) = 0;
  virtual void on_durable(std::shared_ptr<Spool> const& spool, Bytes present) = 0;
  virtual void on_not_durable(std::shared_ptr<Spool> const& spool, Error error) = 0;
};

struct EpochOptions {
  Duration interval{};
  Bytes bytes = 0;
  std::size_t sync_files_max = 0;
  std::string spool_directory;
};

class Epochs {
 public:
  Epochs(Disk& disk, KeyValue& database, Work& work, Clock& clock, EpochEvents& events,
         EpochOptions options);
  ~Epochs();

  void touch(std::shared_ptr<Spool> const& spool, Bytes bytes);
  void created_file() { names_ = true; }
  void forget(SpoolId spool);
  void flush(std::function<void()> done);
  void seal(SealOrder order);
  void stop();  // Ends the timer.

 private:
  struct Dirty {
    std::shared_ptr<Spool> spool;
    SpoolRecord record;
    std::optional<SealOrder> seal;
    std::vector<PieceIndex> pieces;
    std::optional<Error> error;
    bool data_lost = false;  // The data could not be synced.
  };
  struct Epoch {
    std::vector<Dirty> dirty;
    std::vector<std::function<void()>> flushed;
    bool names = false;  // Names of files are to be synced.
  };

  void begin_soon();
  void begin();
  void run(Epoch& epoch);
  void sync_data(Epoch& epoch);
  void write_state(Epoch& epoch);
  void put_pieces(Batch& batch, Dirty& dirty);
  void put_seal(Batch& batch, Dirty& dirty);
  void end(Epoch& epoch);

  Disk& disk_;
  KeyValue& database_;
  Work& work_;
  Clock& clock_;
  EpochEvents& events_;
  EpochOptions const options_;
  std::map<SpoolId, std::shared_ptr<Spool>> dirty_;
  Bytes dirty_bytes_ = 0;
  // Files were made, or may have been by a process that died before it could sync their names.
  bool names_ = true;
  std::map<SpoolId, SealOrder> seals_;
  std::vector<std::function<void()>> flushed_;
  bool running_ = false;
  bool again_ = false;  // Somebody waits for the next one.
  TimerId timer_ = TimerId::none;
};

}  // namespace freshet::store
