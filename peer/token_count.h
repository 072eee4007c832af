// So many a second, and no more.
//
// Pure; one thread at a time.
#pragma once

#include "freshet/units.h"

namespace freshet::peer {

class TokenCount {
 public:
  [[nodiscard]] bool take(TimePoint now, unsigned per_second_max) {
    if (now - since_ >= std::chrono::seconds{1}) {
      since_ = now;
      taken_ = 0;
    }
    return taken_++ < per_second_max;
  }

 private:
  TimePoint since_{};
  unsigned taken_ = 0;
};

}  // namespace freshet::peer
