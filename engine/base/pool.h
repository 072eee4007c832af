// The workers that hash and touch the disk, so that the loop never waits.
//
// `run` may be called from any thread. The queue is bounded by those who feed it: the gate hands
// out a fixed number of buffers, and everything else is one task per open content.
#pragma once

#include <cstdint>
#include <functional>

namespace freshet {

class Pool {
 public:
  virtual ~Pool() = default;

  // Tasks with equal `lane` run one after the other, in order; others may run at the same time.
  virtual void run(std::uint64_t lane, std::function<void()> task) = 0;
};

}  // namespace freshet
