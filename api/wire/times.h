// Calendar times as RFC 3339 in UTC with milliseconds: "2026-03-01T12:00:00.250Z". Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "freshet/units.h"

namespace freshet::wire {

// Times outside the years 0 to 9999 become the nearest that can be written.
[[nodiscard]] std::string time_text(WallTime time);
// That form alone, or the same without the fraction.
[[nodiscard]] std::optional<WallTime> parse_time(std::string_view text);

}  // namespace freshet::wire
