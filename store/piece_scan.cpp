#include "store/piece_scan.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "store/loader.h"

namespace freshet::store {

PieceScan::PieceScan(std::shared_ptr<Spool> spool, Disk& disk, Work& work, Clock& clock, Pace pace,
                     PieceIndex from)
    : spool_(std::move(spool)),
      disk_(disk),
      work_(work),
      clock_(clock),
      pace_(pace),
      right_(spool_->lock()->pieces()),
      next_(std::min(to_number(from), right_.size())) {
  right_.set({PieceIndex{0}, PieceIndex{next_}});
}

void PieceScan::start(std::function<void(Result<PieceMap>)> done) {
  done_ = std::move(done);
  step();
}

void PieceScan::stop() {
  work_.loop().cancel(std::exchange(timer_, TimerId::none));
  done_ = nullptr;
  on_step_ = nullptr;
}

void PieceScan::step() {
  work_.run_pass(spool_->id(), [self = shared_from_this()] {
    self->run();
    self->work_.post([self] { self->stepped(); });
  });
}

void PieceScan::run() {
  step_bytes_ = 0;
  auto const file = spool_->file(disk_);
  if (!file) {
    error_ = file.error();
    return;
  }
  while (next_ < right_.size() && step_bytes_ < pace_.step_bytes) {
    PieceIndex const piece{next_++};
    auto const [bytes, piece_length, expected] = [&] {
      auto state = spool_->lock();
      return std::tuple(state->bytes(piece), state->piece_length(), state->expected(piece));
    }();
    auto const hashed = Loader::hash_piece(**file, bytes, piece_length, right_.size() == 1);
    // A piece that cannot be read is as good as wrong.
    bool const right = hashed && hashed->root == expected;
    if (right) right_.set(piece);
    all_right_ = all_right_ && right;
    step_bytes_ += bytes.size();
  }
}

void PieceScan::stepped() {
  if (!done_) return;
  if (error_) return end(tl::unexpected(*error_));
  if (spool_->closed()) return end(fail(Errc::cancelled, {}, "the content was released"));
  if (next_ == right_.size()) return end(std::move(right_));
  if (on_step_ && all_right_) on_step_(PieceIndex{next_});
  if (pace_.rate.value == 0) return step();
  auto const seconds = static_cast<double>(step_bytes_) / static_cast<double>(pace_.rate.value);
  auto const pause = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
  timer_ = work_.loop().at(clock_.now() + pause, [self = shared_from_this()] {
    self->timer_ = TimerId::none;
    self->step();
  });
}

void PieceScan::end(Result<PieceMap> right) {
  on_step_ = nullptr;
  std::exchange(done_, nullptr)(std::move(right));
}

}  // namespace freshet::store
