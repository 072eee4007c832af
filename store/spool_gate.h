// The gate: finds the content and cuts what carriers bring into regions of 256 KiB for the workers.
//
// Any thread. Shared with the streams, which may outlive the store: they get errors then.
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "engine/ports/gate.h"
#include "store/buffer_pool.h"
#include "store/intake.h"
#include "store/spool.h"

namespace freshet::store {

class SpoolGate final : public Gate, public std::enable_shared_from_this<SpoolGate> {
 public:
  SpoolGate(Intake& intake, Bytes buffer_bytes_max, Bytes write_bytes_max)
      : intake_(&intake), buffers_(buffer_bytes_max), write_bytes_max_(write_bytes_max) {}

  [[nodiscard]] std::unique_ptr<GateStream> open(SpoolId spool, SourceId who, Bytes begin,
                                                 std::function<void()> room) override;

  [[nodiscard]] std::shared_ptr<Spool> find(SpoolId spool);
  void add(std::shared_ptr<Spool> spool);
  void remove(SpoolId spool);
  void close();  // Nothing reaches the intake after this.

  [[nodiscard]] BufferPool& buffers() { return buffers_; }
  [[nodiscard]] Bytes write_bytes_max() const { return write_bytes_max_; }
  void submit(std::shared_ptr<Spool> spool, std::shared_ptr<Buffer> buffer, Bytes offset,
              SourceId who);
  void submit_end(std::shared_ptr<Spool> spool, Bytes length, SourceId who);

 private:
  std::mutex mutex_;
  Intake* intake_;  // Null once closed.
  std::unordered_map<std::uint64_t, std::shared_ptr<Spool>> spools_;
  BufferPool buffers_;
  Bytes const write_bytes_max_;
};

}  // namespace freshet::store
