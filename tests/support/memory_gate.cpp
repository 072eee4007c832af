#include "tests/support/memory_gate.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

namespace freshet::test {

namespace {

constexpr auto kDeadline = std::chrono::seconds{10};

}  // namespace

class MemoryGate::Stream final : public GateStream {
 public:
  Stream(MemoryGate& owner, SpoolId target, Bytes begin, std::function<void()> room)
      : spool(target), position(begin), room_(std::move(room)), gate_(owner) {}
  ~Stream() override {
    std::lock_guard const lock(gate_.mutex_);
    std::erase(gate_.waiting_, this);
  }

  [[nodiscard]] Result<Taken> write(std::span<std::byte const> bytes) override {
    return gate_.take(*this, bytes);
  }
  void finish() override {
    std::lock_guard const lock(gate_.mutex_);
    gate_.finished_[spool].push_back(position);
  }

  SpoolId spool;
  Bytes position;

 private:
  friend class MemoryGate;
  std::function<void()> room_;
  MemoryGate& gate_;
};

std::unique_ptr<GateStream> MemoryGate::open(SpoolId spool, SourceId, Bytes begin,
                                             std::function<void()> room) {
  return std::make_unique<Stream>(*this, spool, begin, std::move(room));
}

Result<GateStream::Taken> MemoryGate::take(Stream& stream, std::span<std::byte const> bytes) {
  std::lock_guard const lock(mutex_);
  auto const failing = failing_.find(stream.spool);
  if (failing != failing_.end()) return unexpected(failing->second);
  if (bytes.size() > allowed_) {
    waiting_.push_back(&stream);
    changed_.notify_all();
    return GateStream::Taken::wait;
  }
  allowed_ -= bytes.size();
  if (!drop_) keep(stream, bytes);
  stream.position += bytes.size();
  written_ += bytes.size();
  changed_.notify_all();
  return GateStream::Taken::all;
}

void MemoryGate::keep(Stream const& stream, std::span<std::byte const> bytes) {
  auto& content = contents_[stream.spool];
  content.resize(std::max<std::size_t>(content.size(), stream.position + bytes.size()));
  std::memcpy(content.data() + stream.position, bytes.data(), bytes.size());
}

// Under the lock, so that no stream ends while its `room` runs.
void MemoryGate::wake_waiting() {
  for (auto* stream : std::exchange(waiting_, {})) stream->room_();
}

void MemoryGate::allow(Bytes bytes) {
  std::lock_guard const lock(mutex_);
  allowed_ = bytes;
  wake_waiting();
}

void MemoryGate::drop_bytes() {
  std::lock_guard const lock(mutex_);
  drop_ = true;
}

void MemoryGate::allow_all() {
  allow(~Bytes{0});
}

void MemoryGate::fail_writes(SpoolId spool, Error error) {
  std::lock_guard const lock(mutex_);
  failing_[spool] = std::move(error);
}

std::string MemoryGate::content(SpoolId spool) const {
  std::lock_guard const lock(mutex_);
  auto const found = contents_.find(spool);
  return found == contents_.end() ? std::string() : found->second;
}

Bytes MemoryGate::bytes_written() const {
  std::lock_guard const lock(mutex_);
  return written_;
}

std::vector<Bytes> MemoryGate::finished(SpoolId spool) const {
  std::lock_guard const lock(mutex_);
  auto const found = finished_.find(spool);
  return found == finished_.end() ? std::vector<Bytes>() : found->second;
}

bool MemoryGate::wait_for_bytes(Bytes bytes) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kDeadline, [&] { return written_ >= bytes; });
}

bool MemoryGate::wait_for_waiting() const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kDeadline, [&] { return !waiting_.empty(); });
}

}  // namespace freshet::test
