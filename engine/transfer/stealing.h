// Whether an idle connection takes over work of a busy one, and how much: so much that both finish
// at the same time.
//
// Pure; any thread.
#pragma once

#include <optional>

#include "freshet/units.h"

namespace freshet {

struct StealLimits {
  Bytes bytes_min = 64_KiB;  // Less is not worth a request.
  // A victim that is done sooner is left in peace. Taking work from another connection to the same
  // source breaks that connection, and often gains nothing since they share one way.
  Duration time_min = std::chrono::milliseconds{100};
  Duration time_min_same_source = std::chrono::seconds{1};
};

struct Victim {
  Bytes next = 0;
  Bytes end = 0;
  double rate = 0;  // Bytes in a second; 0: nothing came yet.
  bool same_source = false;
};

struct Thief {
  double rate = 0;  // 0: unknown, taken to be the victim's.
  Duration latency{};
};

struct Theft {
  Bytes split = 0;         // The thief fetches from here to the victim's end.
  bool double_up = false;  // The victim goes on as well: too little is left to be divided.
};

// Seconds until the victim is done; very many when it does not move.
[[nodiscard]] double seconds_left(Victim const& victim);

// `unit`: where the split may lie, besides block borders when the rest is short.
[[nodiscard]] std::optional<Theft> plan_theft(Victim const& victim, Thief const& thief, Bytes unit,
                                              StealLimits const& limits);

}  // namespace freshet
