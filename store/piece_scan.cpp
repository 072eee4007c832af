#include "store/piece_scan.h"

#include <utility>

#include "store/loader.h"

namespace freshet::store {

namespace {
constexpr Bytes kStepBytesMax = 8 << 20;
}

PieceScan::PieceScan(std::shared_ptr<Spool> spool, Disk& disk, Work& work, Clock& clock,
                     BytesPerSecond rate)
    : spool_(std::move(spool)),
      disk_(disk),
      work_(work),
      clock_(clock),
      rate_(rate),
      right_(spool_->lock()->pieces()) {}

void PieceScan::start(std::function<void(Result<PieceMap>)> done) {
  done_ = std::move(done);
  step();
}

void PieceScan::step() {
  work_.run_pass(spool_->id(), [self = shared_from_this()] {
    self->run();
    self->work_.post([self] { self->on_step(); });
  });
}

void PieceScan::run() {
  step_bytes_ = 0;
  auto const file = spool_->file(disk_);
  if (!file) {
    error_ = file.error();
    return;
  }
  while (next_ < right_.size() && step_bytes_ < kStepBytesMax) {
    PieceIndex const piece{next_++};
    auto const [bytes, piece_length, expected] = [&] {
      auto state = spool_->lock();
      return std::tuple(state->bytes(piece), state->piece_length(), state->expected(piece));
    }();
    auto const hashed = Loader::hash_piece(**file, bytes, piece_length, right_.size() == 1);
    // A piece that cannot be read is as good as wrong.
    if (hashed && hashed->root == expected) right_.set(piece);
    step_bytes_ += bytes.size();
  }
}

void PieceScan::on_step() {
  if (error_) return std::exchange(done_, nullptr)(tl::unexpected(*error_));
  if (spool_->closed()) {
    return std::exchange(done_, nullptr)(fail(Errc::cancelled, {}, "the content was released"));
  }
  if (next_ == right_.size()) return std::exchange(done_, nullptr)(std::move(right_));
  if (rate_.value == 0) return step();
  auto const pause = std::chrono::nanoseconds{
      static_cast<std::int64_t>(step_bytes_ * 1'000'000'000 / rate_.value)};
  static_cast<void>(
      work_.loop().at(clock_.now() + pause, [self = shared_from_this()] { self->step(); }));
}

}  // namespace freshet::store
