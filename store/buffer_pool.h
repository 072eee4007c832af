// The memory between carriers and the disk: a fixed number of bytes, handed out as buffers.
//
// Any thread. Outlives every buffer. One lock, held for a few instructions.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "freshet/units.h"

namespace freshet::store {

inline constexpr Bytes kBufferBytes = 256 * 1024;
inline constexpr Bytes kSmallBufferBytes = 16 * 1024;

class BufferPool;

// Bytes on loan; destroying it gives them back.
class Buffer {
 public:
  Buffer(BufferPool& pool, std::unique_ptr<std::byte[]> memory, Bytes capacity)
      : pool_(&pool), memory_(std::move(memory)), capacity_(capacity) {}
  ~Buffer();
  Buffer(Buffer const&) = delete;
  Buffer& operator=(Buffer const&) = delete;

  [[nodiscard]] Bytes capacity() const { return capacity_; }
  [[nodiscard]] std::span<std::byte const> bytes() const { return {memory_.get(), used_}; }
  [[nodiscard]] Bytes used() const { return used_; }
  void append(std::span<std::byte const> bytes);
  void truncate(Bytes used) { used_ = used; }

 private:
  BufferPool* pool_;
  std::unique_ptr<std::byte[]> memory_;
  Bytes capacity_;
  Bytes used_ = 0;
};

// Calls a waiting carrier once there is room again, unless it has gone away.
class RoomBell {
 public:
  explicit RoomBell(std::function<void()> room) : room_(std::move(room)) {}
  void ring();
  // After this nothing is called any more; a call on another thread has ended.
  void silence();

 private:
  // Recursive: the carrier may drop its stream from within the call.
  std::recursive_mutex mutex_;
  std::function<void()> room_;
};

class BufferPool {
 public:
  explicit BufferPool(Bytes bytes_max) : bytes_max_(bytes_max) {}

  // Buffers of these capacities (kSmallBufferBytes or kBufferBytes), all or none. With none, `bell`
  // rings when buffers come back.
  [[nodiscard]] std::optional<std::vector<std::shared_ptr<Buffer>>> take(
      std::span<Bytes const> capacities, std::shared_ptr<RoomBell> const& bell);

  [[nodiscard]] Bytes in_use() const;

 private:
  friend class Buffer;
  void give_back(std::unique_ptr<std::byte[]> memory, Bytes capacity);

  mutable std::mutex mutex_;
  Bytes const bytes_max_;
  Bytes in_use_ = 0;
  std::vector<std::unique_ptr<std::byte[]>> spare_;  // Big ones, kept to spare page faults.
  std::vector<std::shared_ptr<RoomBell>> waiting_;   // At most one for each stream.
};

}  // namespace freshet::store
