// A gate that keeps what it is given in memory and can be told to say "wait" or to fail.
//
// Any thread. Outlives every stream it opened.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "engine/ports/gate.h"

namespace freshet::test {

class MemoryGate final : public Gate {
 public:
  [[nodiscard]] std::unique_ptr<GateStream> open(SpoolId spool, SourceId who, Bytes begin,
                                                 std::function<void()> room) override;

  // From now on `write` takes at most this many further bytes, then says "wait" until more is
  // allowed.
  void allow(Bytes bytes);
  void allow_all();
  // From now on bytes are counted and not kept.
  void drop_bytes();
  // From now on every write to this spool fails.
  void fail_writes(SpoolId spool, Error error);

  // The bytes written so far, holes as zero.
  [[nodiscard]] std::string content(SpoolId spool) const;
  [[nodiscard]] Bytes bytes_written() const;
  // Where streams of this spool finished, in order.
  [[nodiscard]] std::vector<Bytes> finished(SpoolId spool) const;
  // Whether `bytes` have been written before the deadline of ten seconds.
  [[nodiscard]] bool wait_for_bytes(Bytes bytes) const;
  // Whether some stream was told to wait before the deadline.
  [[nodiscard]] bool wait_for_waiting() const;

 private:
  class Stream;
  friend class Stream;

  [[nodiscard]] Result<GateStream::Taken> take(Stream& stream, std::span<std::byte const> bytes);
  void keep(Stream const& stream, std::span<std::byte const> bytes);
  void wake_waiting();

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::map<SpoolId, std::string> contents_;
  std::map<SpoolId, std::vector<Bytes>> finished_;
  std::map<SpoolId, Error> failing_;
  std::vector<Stream*> waiting_;
  Bytes written_ = 0;
  bool drop_ = false;
  Bytes allowed_ = ~Bytes{0};
};

}  // namespace freshet::test
