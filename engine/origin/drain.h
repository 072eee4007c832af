// Whether the rest of a body nobody wants is worth reading so that its connection can be used
// again. Pure.
#pragma once

#include "freshet/units.h"

namespace freshet {

struct DrainCase {
  Bytes rest = 0;           // Still to come.
  Bytes received = 0;       // So far,
  Duration spent{};         // in this time.
  Duration connect_cost{};  // What a new connection takes.
};

// Little enough and quick enough: at the measured rate, less time than a new connection costs.
[[nodiscard]] bool worth_draining(DrainCase const& drain);

}  // namespace freshet
