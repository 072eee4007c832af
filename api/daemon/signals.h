// Signals as something to wait for. One object in a process, made before other threads start.
//
// Handlers, not a mask: what is executed later gets signals as usual.
#pragma once

#include "freshet/units.h"

namespace freshet::daemon {

class Signals {
 public:
  Signals();
  ~Signals();
  Signals(Signals const&) = delete;
  Signals& operator=(Signals const&) = delete;

  // SIGTERM, SIGINT or SIGHUP, as soon as there was one. Those of one kind that come together
  // count once.
  [[nodiscard]] int wait();
};

}  // namespace freshet::daemon
