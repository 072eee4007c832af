#include "store/spool_stream.h"

#include <algorithm>

namespace freshet::store {

namespace {

Bytes region_end(Bytes at) {
  return (at / kBufferBytes + 1) * kBufferBytes;
}

}  // namespace

SpoolStream::SpoolStream(std::shared_ptr<SpoolGate> gate, std::shared_ptr<Spool> spool,
                         SourceId who, Bytes begin, std::function<void()> room)
    : gate_(std::move(gate)),
      spool_(std::move(spool)),
      who_(who),
      begin_(begin),
      next_(begin),
      bell_(std::make_shared<RoomBell>(std::move(room))) {
  if (spool_) length_ = spool_->length();
}

SpoolStream::~SpoolStream() {
  bell_->silence();
  if (finished_ || !buffer_) return;
  drop_unfinished_block();
  hand_on();
}

Result<void> SpoolStream::check(std::size_t size) const {
  if (!spool_) return fail(Errc::not_found, {}, "the content is not open");
  if (finished_) return fail(Errc::invalid_state, {}, "bytes after the end of their stream");
  if (size > gate_->write_bytes_max()) {
    return fail(Errc::invalid_argument, {}, "more bytes at once than the gate takes");
  }
  if (length_ && next_ + size > *length_) {
    return fail(Errc::length_mismatch, {},
                "more bytes than the content's " + std::to_string(*length_));
  }
  return spool_->takes_bytes();
}

Bytes SpoolStream::buffer_end() const {
  return std::min(begin_ + buffer_->capacity(), region_end(begin_));
}

std::vector<Bytes> SpoolStream::buffers_for(Bytes size) const {
  std::vector<Bytes> capacities;
  Bytes at = next_ + std::min(size, buffer_ ? buffer_end() - next_ : 0);
  Bytes const end = next_ + size;
  bool first = first_ && !buffer_;
  while (at < end) {
    // A single block is what peers send and what small contents are.
    bool const small = first && end - at <= kSmallBufferBytes;
    Bytes const capacity = small ? kSmallBufferBytes : kBufferBytes;
    capacities.push_back(capacity);
    at = std::min(at + capacity, region_end(at));
    first = false;
  }
  return capacities;
}

Result<GateStream::Taken> SpoolStream::write(std::span<std::byte const> bytes) {
  if (auto const good = check(bytes.size()); !good) return tl::unexpected(good.error());
  auto const capacities = buffers_for(bytes.size());
  std::vector<std::shared_ptr<Buffer>> fresh;
  if (!capacities.empty()) {
    auto taken = gate_->buffers().take(capacities, bell_);
    if (!taken) return Taken::wait;
    fresh = std::move(*taken);
  }
  auto next_buffer = fresh.begin();
  while (!bytes.empty()) {
    if (!buffer_) {
      buffer_ = std::move(*next_buffer++);
      begin_ = next_;
    }
    Bytes const end = buffer_end();
    auto const part = bytes.first(std::min<Bytes>(bytes.size(), end - next_));
    buffer_->append(part);
    next_ += part.size();
    bytes = bytes.subspan(part.size());
    if (next_ == end || (length_ && next_ == *length_)) hand_on();
  }
  return Taken::all;
}

void SpoolStream::hand_on() {
  first_ = false;
  auto const buffer = std::move(buffer_);
  buffer_ = nullptr;
  if (buffer && buffer->used() > 0) gate_->submit(spool_, buffer, begin_, who_);
}

void SpoolStream::drop_unfinished_block() {
  if (length_ && next_ == *length_) return;
  auto const whole = buffer_->used() / kBlockBytes * kBlockBytes;
  next_ = begin_ + whole;
  buffer_->truncate(whole);
}

void SpoolStream::finish() {
  if (finished_ || !spool_) return;
  finished_ = true;
  bell_->silence();
  if (buffer_) {
    if (length_) drop_unfinished_block();
    hand_on();
  }
  if (!length_) gate_->submit_end(spool_, next_, who_);
}

}  // namespace freshet::store
