// Hashes a sealed content again, a few pieces at a time, so that others get their turn.
//
// Loop only; the reading runs on the workers. Shared with the work under way, which ends it.
#pragma once

#include <functional>
#include <memory>

#include "engine/ports/clock.h"
#include "store/spool.h"
#include "store/work.h"

namespace freshet::store {

class PieceScan : public std::enable_shared_from_this<PieceScan> {
 public:
  // At most `rate`; 0: as fast as it goes.
  PieceScan(std::shared_ptr<Spool> spool, Disk& disk, Work& work, Clock& clock,
            BytesPerSecond rate);

  // The pieces that are right. An error when the file cannot be read at all.
  void start(std::function<void(Result<PieceMap>)> done);

 private:
  void step();
  void run();  // On a worker.
  void on_step();

  std::shared_ptr<Spool> spool_;
  Disk& disk_;
  Work& work_;
  Clock& clock_;
  BytesPerSecond const rate_;
  std::function<void(Result<PieceMap>)> done_;

  // Of the step under way, else of the loop.
  PieceMap right_;
  std::uint32_t next_ = 0;
  Bytes step_bytes_ = 0;
  std::optional<Error> error_;
};

}  // namespace freshet::store
