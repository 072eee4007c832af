// The engine's thread as its users see it: work is posted to it, timers fire on it.
//
// `post` may be called from any thread; everything else on the loop only. Production runs a
// ThreadLoop, simulation a SimLoop with virtual time.
#pragma once

#include <cstdint>
#include <functional>

#include "freshet/units.h"

namespace freshet {

enum class TimerId : std::uint64_t { none = 0 };

class Loop {
 public:
  virtual ~Loop() = default;

  // Runs `task` on the loop, after what was posted before. Dropped when the loop has stopped.
  virtual void post(std::function<void()> task) = 0;

  [[nodiscard]] virtual TimerId at(TimePoint when, std::function<void()> task) = 0;
  // Cancelling a timer that fired, or `none`, does nothing.
  virtual void cancel(TimerId timer) = 0;

  [[nodiscard]] virtual bool in_loop() const = 0;
};

}  // namespace freshet
