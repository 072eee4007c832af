#include "store/digest_pass.h"

#include <algorithm>
#include <utility>

#include "engine/base/assert.h"
#include "store/buffer_pool.h"

namespace freshet::store {

namespace {
constexpr Bytes kStepBytesMax = 4 << 20;  // Then others get their turn.
}

DigestPass::DigestPass(std::shared_ptr<Spool> spool, Disk& disk, Work& work, bool sha256,
                       std::shared_ptr<PieceHashes const> hashes)
    : spool_(std::move(spool)),
      disk_(disk),
      work_(work),
      length_(spool_->length().value_or(0)),
      wants_sha256_(sha256) {
  if (hashes) verifier_.emplace(std::move(hashes));
}

void DigestPass::advance() {
  if (running_) return;
  if (cancelled_) {
    if (done_) std::exchange(done_, nullptr)(fail(Errc::cancelled, {}, "the content was released"));
    return;
  }
  bool const at_end = next_ == length_;
  if (!at_end && present_until(next_) > next_) {
    running_ = true;
    return work_.run_pass(spool_->id(), [self = shared_from_this()] { self->run(); });
  }
  if (!done_ || !at_end) return;
  Outcome outcome;
  if (wants_sha256_) outcome.sha256 = hash_.finish();
  if (verifier_) outcome.wrong = verifier_->wrong();
  std::exchange(done_, nullptr)(std::move(outcome));
}

void DigestPass::cancel() {
  cancelled_ = true;
  advance();
}

void DigestPass::finish(std::function<void(Result<Outcome>)> done) {
  FRESHET_ASSERT(!done_);
  done_ = std::move(done);
  advance();
}

Bytes DigestPass::present_until(Bytes begin) const {
  auto state = spool_->lock();
  auto const absent = state->present().next_absent(piece_at(begin, state->piece_length()));
  return absent ? state->bytes(*absent).begin : length_;
}

void DigestPass::run() {
  auto const until = std::min(present_until(next_), next_ + kStepBytesMax);
  auto step = read(until);
  work_.post([self = shared_from_this(), step = std::move(step)] { self->on_step(step); });
}

Result<void> DigestPass::read(Bytes until) {
  auto const file = spool_->file(disk_);
  if (!file) return tl::unexpected(file.error());
  std::vector<std::byte> space(std::min(kBufferBytes, until - next_));
  while (next_ < until) {
    auto const part = std::span(space).first(std::min<Bytes>(space.size(), until - next_));
    auto const got = (*file)->read_at(part, next_);
    if (!got) return tl::unexpected(got.error());
    if (*got < part.size()) return fail(Errc::io_error, spool_->path(), "the file is cut short");
    if (wants_sha256_) hash_.update(part);
    if (verifier_) {
      if (auto const fits = verifier_->update(part); !fits) return fits;
    }
    next_ += part.size();
  }
  return {};
}

void DigestPass::on_step(Result<void> const& step) {
  running_ = false;
  if (step) return advance();
  // It begins anew with the next piece or the next seal; whoever waits hears of it now.
  if (done_) std::exchange(done_, nullptr)(tl::unexpected(step.error()));
}

}  // namespace freshet::store
