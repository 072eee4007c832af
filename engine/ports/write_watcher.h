// Word of bytes as soon as they can be read from the file of their content, for those who hand them
// on while they arrive.
//
// On a worker of the store; it must not wait.
#pragma once

#include "engine/ports/source_id.h"
#include "freshet/units.h"

namespace freshet {

class WriteWatcher {
 public:
  virtual ~WriteWatcher() = default;
  // Nothing has judged them yet, and they are not durable.
  virtual void on_written(SpoolId spool, ByteRange bytes) = 0;
};

}  // namespace freshet
