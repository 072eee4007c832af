// The bytes of one answer while they arrive and afterwards: in memory what is on its way, in a file
// what the store has written. Any number of readers, each at its own place and pace.
//
// Any thread; one lock, held for a few instructions. Shared by those who fill it, the object it
// belongs to and the connections that send it: the last of them ends it.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "api/descriptor.h"
#include "engine/transfer/range_set.h"
#include "freshet/error.h"
#include "freshet/units.h"

namespace freshet::node {

// Memory of a body's chunks that are gone, for those to come: fresh memory costs a page fault for
// each 4 KiB of what passes.
class ChunkSpares {
 public:
  using Memory = std::unique_ptr<std::byte[]>;
  [[nodiscard]] Memory take(std::size_t size);
  void give_back(Memory memory);
  // No more are needed: none is kept.
  void close();

 private:
  static constexpr std::size_t kSparesMax = 32;
  std::mutex mutex_;
  std::vector<Memory> spares_;
  bool closed_ = false;
};

// Memory that is filled from its front. Bytes once read never change.
struct BodyChunk {
  BodyChunk(std::size_t size, std::shared_ptr<ChunkSpares> from);
  ~BodyChunk();
  BodyChunk(BodyChunk const&) = delete;
  BodyChunk& operator=(BodyChunk const&) = delete;

  std::shared_ptr<ChunkSpares> spares;  // Shared by a body and its chunks, which outlive it.
  ChunkSpares::Memory memory;
  std::size_t room;
  std::size_t used = 0;  // Under the body's lock.
};

// A file that is open for reading. Shared by a body and what is being sent of it.
using BodyFile = std::shared_ptr<local::Descriptor const>;

class Body {
 public:
  static constexpr Bytes kChunkBytes = 64_KiB;

  enum class Use : std::uint8_t {
    shared,
    passed_on,  // One reader, after whom nobody asks for the same bytes again.
    judged,     // Nothing is read before it was judged: `written` says what was.
  };
  explicit Body(std::optional<Bytes> length, Use use = Use::shared) : length_(length), use_(use) {}
  // Complete from the start.
  [[nodiscard]] static std::shared_ptr<Body> of_text(std::string_view text);
  [[nodiscard]] static std::shared_ptr<Body> of_file(BodyFile file, Bytes length);

  // What can be sent from one place: bytes in memory, or a range of the file.
  struct Run {
    std::shared_ptr<BodyChunk const> chunk;
    std::span<std::byte const> bytes;
    BodyFile file;
    ByteRange range;
  };
  enum class Look : std::uint8_t { ready, wait, end, failed };
  // At most `most` bytes from `at` on.
  [[nodiscard]] Look look(Bytes at, Bytes most, Run& run) const;
  [[nodiscard]] std::optional<Error> failure() const;
  [[nodiscard]] std::optional<Bytes> length() const;
  [[nodiscard]] bool complete() const;
  [[nodiscard]] Bytes in_memory() const;

  // Rings once, on any thread, when a look at `at` would no longer say `wait`; at once if so now.
  using Bell = std::function<void()>;
  void wait_for(Bytes at, Bell bell);

  // What those who fill it hear of its readers, on any thread, without the lock.
  struct Ears {
    std::function<void(Bytes at)> wanted;  // Somebody waits for the byte at this place.
    std::function<void()> room;            // Memory that was full has room again.
    std::function<void()> deserted;        // The last reader left.
  };
  void listen(Ears ears);
  void enter();
  void leave();
  [[nodiscard]] std::size_t readers() const;
  // What lies before `at` is of no use any more, if the body is only passed on.
  void forget_before(Bytes at);

  // The last byte is kept from readers until `finish`, so that whoever read all of it has what was
  // judged. Before the first byte.
  void hold_back_end();
  // Takes bytes into memory; those that are in the file already are left out. False: nothing was
  // taken, memory holds more than `memory_max`, and `room` is told when it does no more. Readers
  // are told by `tell`: once for all that comes in one go.
  [[nodiscard]] bool add(Bytes at, std::span<std::byte const> bytes, Bytes memory_max);
  void tell();
  void set_file(BodyFile file);
  [[nodiscard]] bool judged() const { return use_ == Use::judged; }
  void written(ByteRange bytes);  // They are in the file.
  // Bytes that are only in memory are given up, as another source begins there.
  void give_up(ByteRange bytes);
  void finish(Bytes length);
  void fail(Error error);
  // All bytes in one piece, of a body that is complete and in memory.
  [[nodiscard]] std::string text() const;
  // Memory and file together.
  [[nodiscard]] bool covers(ByteRange bytes) const;

 private:
  struct Waiter {
    Bytes at;
    Bell bell;
  };
  using Chunks = std::map<Bytes, std::shared_ptr<BodyChunk>>;

  [[nodiscard]] Look look_locked(Bytes at, Bytes most, Run& run) const;
  [[nodiscard]] Bytes shown_end() const;
  [[nodiscard]] Chunks::const_iterator chunk_at(Bytes at) const;
  void append(Bytes at, std::span<std::byte const> bytes);
  void drop_written(ByteRange bytes);
  void drop_from_memory(ByteRange bytes);
  // Takes those out who wait no more.
  [[nodiscard]] std::vector<Bell> take_ready();
  [[nodiscard]] std::function<void()> take_room();
  // Changes it under the lock, then tells whoever waited for that.
  template <typename Change>
  void change(Change const& change);

  mutable std::mutex mutex_;
  std::optional<Bytes> length_;
  Use const use_;
  std::shared_ptr<ChunkSpares> const spares_ = std::make_shared<ChunkSpares>();
  bool holds_back_end_ = false;
  Chunks chunks_;  // By their first byte's place.
  Bytes memory_ = 0;
  Bytes memory_max_ = 0;  // As of the last `add`.
  bool full_ = false;     // Somebody waits for `room`.
  RangeSet written_;
  BodyFile file_;
  bool complete_ = false;
  std::optional<Error> failure_;
  std::vector<Waiter> waiters_;
  std::size_t readers_ = 0;
  Ears ears_;
};

// A reader's place in a body: it leaves when this ends.
class BodySeat {
 public:
  explicit BodySeat(std::shared_ptr<Body> body) : body_(std::move(body)) { body_->enter(); }
  ~BodySeat() { body_->leave(); }
  BodySeat(BodySeat const&) = delete;
  BodySeat& operator=(BodySeat const&) = delete;

 private:
  std::shared_ptr<Body> const body_;
};

}  // namespace freshet::node
