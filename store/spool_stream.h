// Consecutive bytes of one content from one source, on their way into buffers.
//
// One carrier thread at a time.
#pragma once

#include <memory>
#include <vector>

#include "engine/ports/gate.h"
#include "store/spool_gate.h"

namespace freshet::store {

class SpoolStream final : public GateStream {
 public:
  // Without a spool every write fails.
  SpoolStream(std::shared_ptr<SpoolGate> gate, std::shared_ptr<Spool> spool, SourceId who,
              Bytes begin, std::function<void()> room);
  ~SpoolStream() override;

  [[nodiscard]] Result<Taken> write(std::span<std::byte const> bytes) override;
  void finish() override;

 private:
  [[nodiscard]] Result<void> check(std::size_t size) const;
  [[nodiscard]] std::vector<Bytes> buffers_for(Bytes size) const;
  [[nodiscard]] Bytes buffer_end() const;
  void hand_on();
  void drop_unfinished_block();

  std::shared_ptr<SpoolGate> gate_;
  std::shared_ptr<Spool> spool_;
  SourceId who_;
  std::optional<Bytes> length_;
  Bytes begin_;        // Of the buffer.
  Bytes next_;         // Where the next byte goes.
  bool first_ = true;  // No buffer was handed on yet.
  bool finished_ = false;
  std::shared_ptr<Buffer> buffer_;  // Shared only because tasks have to be copyable.
  std::shared_ptr<RoomBell> bell_;
};

}  // namespace freshet::store
