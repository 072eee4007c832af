// Whether to leave the origin to a peer that fetches the same from it, and is ahead of us: until it
// has everything nobody can verify a part of it, so parts cannot be shared out.
//
// It is tried: left alone the peer gets faster if the origin was the bottleneck. When it does not,
// or not enough, we fetch ourselves and never wait again. Pure. Thread: engine loop.
#pragma once

#include <optional>

#include "engine/ports/swarm.h"

namespace freshet {

// What waiting may cost, of the time that we would need by ourselves.
struct WaitPatience {
  double trial = 0;      // Before it is judged whether it helps,
  Duration trial_max{};  // and no longer than this.
  double worth = 0;      // All of it, as far as the peer's own rate tells.
};
inline constexpr WaitPatience kQuickPatience{0.08, std::chrono::seconds{2}, 0.35};
inline constexpr WaitPatience kEconomyPatience{0.25, std::chrono::seconds{10}, 0.75};

class WaitAhead {
 public:
  struct Own {
    Bytes done = 0;
    double rate = 0;  // Bytes in a second; 0: unknown, as if it were the other's.
  };
  // Whether to wait now for who says this.
  [[nodiscard]] bool waits(DigestWord const& ahead, Own const& own, WaitPatience const& patience,
                           TimePoint now);

 private:
  std::optional<TimePoint> since_;
  double alone_ = 0;  // Seconds that we would have needed then.
  bool given_up_ = false;
};

}  // namespace freshet
