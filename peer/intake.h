// Blocks from peers on their way into the gate.
//
// libtorrent's thread only. A stream of the gate is kept open while a peer's blocks follow each
// other, so that the store gets regions instead of blocks. What the gate cannot take yet is copied
// and waits; peers are told to pause, so that at most two blocks of each wait.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "engine/ports/gate.h"
#include "freshet/content_id.h"

namespace freshet::peer {

class BlockIntake {
 public:
  // `room` runs on any thread and posts a call of `retry`.
  BlockIntake(Gate& gate, SpoolId spool, std::function<void()> room)
      : gate_(gate), spool_(spool), room_(std::move(room)) {}

  // True when it was taken at once. Otherwise it was copied, and `taken` runs later. After the gate
  // has failed, blocks are dropped and count as taken: the engine hears it from the store.
  bool put(SourceId who, Bytes begin, std::span<std::byte const> block,
           std::function<void()> taken);
  void retry();
  // Hands on what open streams hold back: all, or what lies in `range`.
  void finish_streams();
  void finish_streams(ByteRange range);
  [[nodiscard]] bool waiting() const { return !waiting_.empty(); }

 private:
  struct Stream {
    Bytes begin = 0;
    Bytes next = 0;
    std::unique_ptr<GateStream> stream;
  };
  struct Waiting {
    SourceId who;
    Bytes begin;
    std::vector<std::byte> block;
    std::function<void()> taken;
  };

  [[nodiscard]] bool take(SourceId who, Bytes begin, std::span<std::byte const> block);

  Gate& gate_;
  SpoolId spool_;
  std::function<void()> room_;
  std::map<SourceId, Stream> streams_;
  std::deque<Waiting> waiting_;
};

}  // namespace freshet::peer
