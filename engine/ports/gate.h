// The gate: the one way by which bytes enter the store.
//
// Carriers (the origin adapter, the swarm's disk calls, the node's upstream) call it on their own
// threads. It copies, hashes off the loop, compares whole pieces with the piece layer, and reports
// to the loop through StoreEvents. A stream belongs to one carrier thread at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

#include "engine/ports/source_id.h"
#include "freshet/error.h"
#include "freshet/units.h"

namespace freshet {

// Consecutive bytes of one content from one source. Destroying it drops an unfinished block and
// hands on everything before that.
class GateStream {
 public:
  virtual ~GateStream() = default;

  enum class Taken {
    all,
    wait,  // Nothing was taken, the buffers are full: offer the same bytes again after `room` ran.
  };

  // The bytes that follow those written before. An error ends the stream: the spool has failed
  // (disk_full, io_error), was dropped, or the bytes pass the content's end (length_mismatch).
  [[nodiscard]] virtual Result<Taken> write(std::span<std::byte const> bytes) = 0;

  // The source ended rightly here: hands on all that is buffered. A block that is still short
  // counts only at the content's end; for a content of unknown length this place becomes its end.
  virtual void finish() = 0;
};

class Gate {
 public:
  virtual ~Gate() = default;

  // `begin` is a multiple of 16 KiB. Blocks that are already there are taken and ignored. `room`
  // runs on any thread, at most once for each `wait`, and never after the stream is destroyed.
  [[nodiscard]] virtual std::unique_ptr<GateStream> open(SpoolId spool, SourceId who, Bytes begin,
                                                         std::function<void()> room) = 0;
};

}  // namespace freshet
