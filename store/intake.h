// What happens to bytes behind the gate: hashed, written, compared, remembered, reported.
//
// `take` runs on the workers, one region of 256 KiB at a time; reports are posted to the loop.
#pragma once

#include <memory>
#include <mutex>
#include <shared_mutex>

#include "engine/ports/content_store.h"
#include "engine/ports/piece_reader.h"
#include "engine/ports/write_watcher.h"
#include "store/buffer_pool.h"
#include "store/key_value.h"
#include "store/spool.h"
#include "store/work.h"

namespace freshet::store {

// On the loop.
class IntakeEvents {
 public:
  virtual ~IntakeEvents() = default;
  virtual void on_present(std::shared_ptr<Spool> const& spool, PieceIndex piece, SourceId who) = 0;
  virtual void on_rejected(std::shared_ptr<Spool> const& spool, PieceIndex piece,
                           std::vector<Blame> blame) = 0;
  // Which senders of earlier attempts at a piece that is right now had lied.
  virtual void on_liars(std::shared_ptr<Spool> const& spool, std::vector<Blame> const& blame) = 0;
  virtual void on_broken(std::shared_ptr<Spool> const& spool, Error error) = 0;
  // The end of a content of unknown length: all its pieces are present.
  virtual void on_grown(std::shared_ptr<Spool> const& spool, SourceId who) = 0;
};

class Intake {
 public:
  Intake(Disk& disk, KeyValue& database, Work& work, IntakeEvents& events,
         std::size_t partial_blocks_max)
      : disk_(disk),
        database_(database),
        work_(work),
        events_(events),
        partial_blocks_max_(partial_blocks_max) {}

  // Any thread. `offset` is a multiple of the block size, the bytes stay inside one region.
  void submit(std::shared_ptr<Spool> spool, std::shared_ptr<Buffer> buffer, Bytes offset,
              SourceId who);
  // The stream of a content of unknown length ended at `length`.
  void submit_end(std::shared_ptr<Spool> spool, Bytes length, SourceId who);

  void break_off(std::shared_ptr<Spool> const& spool, Error error);

  // As in PieceReader. Any thread.
  void watch(PieceWatcher* watcher);
  void tell_dropped(SpoolId spool, PieceIndex piece);
  // One watcher. Null ends it: no call to the last one runs any more when this returns.
  void watch_writes(WriteWatcher* watcher);

 private:
  void take(std::shared_ptr<Spool> const& spool, std::span<std::byte const> bytes, Bytes offset,
            SourceId who);
  void take_growing(std::shared_ptr<Spool> const& spool, std::span<std::byte const> bytes,
                    Bytes offset);
  void end_growing(std::shared_ptr<Spool> const& spool, Bytes length, SourceId who);
  [[nodiscard]] Result<void> write(Spool& spool, std::span<std::byte const> bytes, Bytes offset);
  void tell_written(SpoolId spool, ByteRange bytes);
  void judge(std::shared_ptr<Spool> const& spool, PieceBook::Full full);
  void accept(std::shared_ptr<Spool> const& spool, PieceBook::Full full, Digest const& root);
  void reject(std::shared_ptr<Spool> const& spool, PieceBook::Full const& full, Digest const& root,
              Digest const& expected);

  void post_rejected(std::shared_ptr<Spool> const& spool, PieceBook::Full const& full,
                     Digest const& root, Digest const& expected, ByteRange bytes);

  Disk& disk_;
  KeyValue& database_;
  Work& work_;
  IntakeEvents& events_;
  std::size_t partial_blocks_max_;
  std::mutex watcher_mutex_;  // Held while the watcher is called, so that `watch` can end it.
  PieceWatcher* watcher_ = nullptr;
  std::shared_mutex write_watcher_mutex_;  // Likewise; workers share it.
  WriteWatcher* write_watcher_ = nullptr;
};

}  // namespace freshet::store
