// Durations as numbers of seconds, for rates.
#pragma once

#include <chrono>

#include "freshet/units.h"

namespace freshet {

[[nodiscard]] constexpr double in_seconds(Duration span) {
  return std::chrono::duration<double>(span).count();
}
[[nodiscard]] constexpr Duration from_seconds(double seconds) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

}  // namespace freshet
