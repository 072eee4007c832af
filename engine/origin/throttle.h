// A token bucket that may run into debt: exact over time, smooth within a twentieth of a second.
//
// Pure; time comes in with each call. Thread: origin. Bytes that the network already handed over
// are taken even when the bucket is empty; the debt is paid before anything else is read.
#pragma once

#include "freshet/units.h"

namespace freshet {

class Throttle {
 public:
  // 0 is no limit.
  void set_limit(BytesPerSecond limit, TimePoint now);
  [[nodiscard]] bool limited() const { return limit_.value != 0; }
  [[nodiscard]] BytesPerSecond limit() const { return limit_; }

  // Whether reading may go on.
  [[nodiscard]] bool open(TimePoint now);
  // Whether bytes that were read already may be passed on: not when that would run far into debt.
  [[nodiscard]] bool tolerates(TimePoint now);
  void take(Bytes bytes, TimePoint now);
  // Until `open`; at least a millisecond while closed.
  [[nodiscard]] Duration wait(TimePoint now);

  // How much may pass at once: what one read should ask for.
  [[nodiscard]] Bytes quantum() const;

 private:
  void refill(TimePoint now);

  BytesPerSecond limit_{};
  double tokens_ = 0;
  TimePoint filled_{};
};

}  // namespace freshet
