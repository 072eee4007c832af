#include "store/buffer_pool.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "engine/base/assert.h"

namespace freshet::store {

Buffer::~Buffer() {
  pool_->give_back(std::move(memory_), capacity_);
}

void Buffer::append(std::span<std::byte const> bytes) {
  FRESHET_ASSERT(used_ + bytes.size() <= capacity_);
  std::memcpy(memory_.get() + used_, bytes.data(), bytes.size());
  used_ += bytes.size();
}

void RoomBell::ring() {
  std::lock_guard const lock(mutex_);
  if (!room_) return;
  auto const room = room_;  // `silence` from within the call must not end what runs.
  room();
}

void RoomBell::silence() {
  std::lock_guard const lock(mutex_);
  room_ = nullptr;
}

std::optional<std::vector<std::shared_ptr<Buffer>>> BufferPool::take(
    std::span<Bytes const> capacities, std::shared_ptr<RoomBell> const& bell) {
  auto const wanted = std::accumulate(capacities.begin(), capacities.end(), Bytes{0});
  FRESHET_ASSERT(wanted <= bytes_max_);
  std::vector<std::unique_ptr<std::byte[]>> reused;
  {
    std::lock_guard const lock(mutex_);
    if (in_use_ + wanted > bytes_max_) {
      if (std::ranges::find(waiting_, bell) == waiting_.end()) waiting_.push_back(bell);
      return std::nullopt;
    }
    in_use_ += wanted;
    for (auto const capacity : capacities) {
      if (capacity != kBufferBytes || spare_.empty()) continue;
      reused.push_back(std::move(spare_.back()));
      spare_.pop_back();
    }
  }
  std::vector<std::shared_ptr<Buffer>> buffers;
  for (auto const capacity : capacities) {
    std::unique_ptr<std::byte[]> memory;
    if (capacity == kBufferBytes && !reused.empty()) {
      memory = std::move(reused.back());
      reused.pop_back();
    } else {
      memory = std::make_unique_for_overwrite<std::byte[]>(capacity);
    }
    buffers.push_back(std::make_shared<Buffer>(*this, std::move(memory), capacity));
  }
  return buffers;
}

Bytes BufferPool::in_use() const {
  std::lock_guard const lock(mutex_);
  return in_use_;
}

void BufferPool::give_back(std::unique_ptr<std::byte[]> memory, Bytes capacity) {
  std::vector<std::shared_ptr<RoomBell>> waiting;
  {
    std::lock_guard const lock(mutex_);
    in_use_ -= capacity;
    // Spares are not counted as in use, so keep few of them.
    if (capacity == kBufferBytes && (spare_.size() + 1) * kBufferBytes <= bytes_max_ / 4) {
      spare_.push_back(std::move(memory));
    }
    waiting.swap(waiting_);
  }
  for (auto const& bell : waiting) bell->ring();
}

}  // namespace freshet::store
