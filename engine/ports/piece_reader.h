// What those who serve stored pieces need: their bytes, and word of each piece as it is judged.
//
// Any thread. The store implements it; the swarm's disk calls use it on the network thread, which
// must not wait for the disk.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/ports/source_id.h"
#include "freshet/content_id.h"
#include "freshet/error.h"
#include "freshet/units.h"

namespace freshet {

class PieceWatcher {
 public:
  virtual ~PieceWatcher() = default;
  // On a worker, before the loop hears of it: the piece agrees with the manifest and can be read.
  // `leaves` are the hashes of its blocks, computed as they arrived.
  virtual void on_piece_verified(SpoolId spool, PieceIndex piece, std::vector<Digest> leaves) = 0;
  // The piece does not agree and was dropped, or is no longer believed.
  virtual void on_piece_dropped(SpoolId spool, PieceIndex piece) = 0;
};

class PieceReader {
 public:
  virtual ~PieceReader() = default;

  enum class Patience {
    cached_only,  // Never waits for the disk.
    wait,
  };
  enum class Got {
    all,
    nothing,  // With `cached_only`: it is not in memory.
  };
  // Fills `out` with the bytes from `begin` on, all of which lie in pieces that are present.
  // not_found for a content that is not there; io_error, file_changed when it cannot be read.
  [[nodiscard]] virtual Result<Got> read(SpoolId spool, Bytes begin, std::span<std::byte> out,
                                         Patience patience) = 0;

  // One watcher. Null ends it: no call to the last one runs any more when this returns.
  virtual void watch(PieceWatcher* watcher) = 0;
};

}  // namespace freshet
