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
  struct Pace {
    BytesPerSecond rate{};       // 0: as fast as it goes.
    Bytes step_bytes = 8 << 20;  // Read in one go, at least one piece.
  };
  // Pieces before `from` count as right.
  PieceScan(std::shared_ptr<Spool> spool, Disk& disk, Work& work, Clock& clock, Pace pace,
            PieceIndex from = {});

  // Called after each step but the last, when all before `next` was right.
  void set_on_step(std::function<void(PieceIndex next)> on_step) { on_step_ = std::move(on_step); }
  // The pieces that are right. An error when the file cannot be read at all.
  void start(std::function<void(Result<PieceMap>)> done);
  // Goes no further; nobody is told.
  void stop();

 private:
  void step();
  void run();  // On a worker.
  void stepped();
  void end(Result<PieceMap> right);

  std::shared_ptr<Spool> spool_;
  Disk& disk_;
  Work& work_;
  Clock& clock_;
  Pace const pace_;
  std::function<void(PieceIndex)> on_step_;
  std::function<void(Result<PieceMap>)> done_;
  TimerId timer_ = TimerId::none;

  // Of the step under way, else of the loop.
  PieceMap right_;
  std::uint32_t next_ = 0;
  bool all_right_ = true;
  Bytes step_bytes_ = 0;
  std::optional<Error> error_;
};

}  // namespace freshet::store
