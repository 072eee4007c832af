// A rate that does not jump: an exponential average over some seconds.
//
// Pure: time comes in with each call. A value.
#pragma once

#include <optional>

#include "freshet/units.h"

namespace freshet {

class RateMeter {
 public:
  // `total` is the count so far. A smaller one than before (content started over) counts as no
  // gain.
  void measure(TimePoint now, Bytes total);
  // Time in which nothing ran does not count.
  void pause();

  [[nodiscard]] BytesPerSecond rate() const;

 private:
  double rate_ = 0;
  Duration seen_{};  // Measured so far, up to the window: the average is over no more than that.
  std::optional<TimePoint> last_;
  Bytes last_total_ = 0;
};

}  // namespace freshet
