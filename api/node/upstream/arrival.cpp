#include "api/node/upstream/arrival.h"

#include <utility>

namespace freshet::node {

void Arrival::aim(Target target) {
  std::lock_guard const lock(mutex_);
  next_ = added_ = target.begin;
  target_ = std::move(target);
}

void Arrival::drop() {
  std::lock_guard const lock(mutex_);
  dropped_ = true;
  target_.reset();
}

Result<void> Arrival::on_head(std::string_view lines) {
  if (head_told_) return {};
  reader_.feed(lines);
  if (reader_.refusal()) {
    return fail(Errc::protocol_error, {}, std::string(reader_.refusal()->why));
  }
  if (!reader_.done()) return {};
  auto head = reader_.take();
  if (head.interim()) {
    if (events_.on_interim) events_.on_interim(std::move(head));
    return {};
  }
  head_told_ = true;
  events_.on_head(std::move(head));
  return {};
}

Result<UpstreamSink::Taken> Arrival::on_body(std::span<std::byte const> bytes) {
  std::lock_guard const lock(mutex_);
  if (dropped_) return fail(Errc::cancelled);
  if (!target_) return Taken::wait;
  if (bytes.size() > target_->end - next_) {
    return fail(Errc::length_mismatch, {}, "the origin sends more than it said");
  }
  return take(bytes);
}

Result<UpstreamSink::Taken> Arrival::take(std::span<std::byte const> bytes) {
  Bytes const end = next_ + bytes.size();
  if (added_ < end) {
    if (!target_->body->add(next_, bytes, target_->memory_max)) return Taken::wait;
    added_ = end;
  }
  if (target_->stream) {
    auto const taken = target_->stream->write(bytes);
    if (!taken) return tl::unexpected(taken.error());
    if (*taken == GateStream::Taken::wait) return Taken::wait;
  }
  next_ = end;
  if (events_.on_bytes) events_.on_bytes(bytes.size());
  return Taken::all;
}

void Arrival::on_lull() {
  auto const body = [&] {
    std::lock_guard const lock(mutex_);
    return target_ ? target_->body : nullptr;
  }();
  if (body) body->tell();
}

void Arrival::on_end(Result<void> how) {
  Bytes next = 0;
  std::shared_ptr<Body> body;
  {
    std::lock_guard const lock(mutex_);
    next = next_;
    body = target_ ? target_->body : nullptr;
    bool const finite = target_ && target_->end != kToEnd;
    if (how && finite && next_ != target_->end) {
      how = fail(Errc::connection_lost, {}, "the origin's answer ended early");
    }
    if (how && !head_told_) how = fail(Errc::protocol_error, {}, "the answer has no head");
    if (target_ && target_->stream) {
      if (how) target_->stream->finish();
      target_->stream.reset();
    }
  }
  if (body) body->tell();
  events_.on_end(std::move(how), next);
}

}  // namespace freshet::node
