// How much of the machine is used, by us and by all, since the last time it was asked.
//
// Loop only. Reads small files of /proc, which never wait for a disk.
#pragma once

#include "freshet/units.h"

namespace freshet {

class MachineUse {
 public:
  MachineUse();

  struct Use {
    double cpu_percent = 0;     // Of one core, ours.
    Bytes memory_bytes = 0;     // Ours.
    BytesPerSecond received{};  // By all adapters but loopback.
    BytesPerSecond sent{};
  };
  [[nodiscard]] Use since_last();

 private:
  struct Sample {
    TimePoint at{};
    Duration cpu{};
    Bytes received = 0;
    Bytes sent = 0;
  };
  [[nodiscard]] static Sample sample();

  Sample last_;
  Use use_;
};

}  // namespace freshet
