// Time as the engine sees it. Simulation moves it by hand.
#pragma once

#include "freshet/units.h"

namespace freshet {

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual TimePoint now() const = 0;
  [[nodiscard]] virtual WallTime wall() const = 0;
};

}  // namespace freshet
