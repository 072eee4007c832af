// How fast bytes come, smoothed over the last seconds: decayed bytes over decayed time.
//
// Pure; a value. Samples of several connections may be mixed: the result is then the rate of one.
#pragma once

#include "freshet/units.h"

namespace freshet {

class RateEstimate {
 public:
  explicit RateEstimate(Duration memory = std::chrono::seconds{2}) : memory_(memory) {}

  // `bytes` came within `span`. A span below a millisecond counts as one: clocks and batches of
  // events are no finer, and a burst from a buffer is no rate.
  void add(Bytes bytes, Duration span);

  [[nodiscard]] bool known() const { return seconds_ > 0; }
  // Bytes in a second; 0 while unknown.
  [[nodiscard]] double value() const { return seconds_ > 0 ? bytes_ / seconds_ : 0; }

 private:
  Duration memory_;
  double bytes_ = 0;
  double seconds_ = 0;
};

}  // namespace freshet
