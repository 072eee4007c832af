// Pauses between attempts to reach the daemon. A value.
#pragma once

#include <algorithm>
#include <chrono>

namespace freshet::remote {

class Backoff {
 public:
  static constexpr std::chrono::milliseconds kFirst{20};
  static constexpr std::chrono::milliseconds kMax{1000};

  [[nodiscard]] std::chrono::milliseconds next() {
    auto const pause = pause_;
    pause_ = std::min(pause_ * 2, kMax);
    return pause;
  }
  void reset() { pause_ = kFirst; }

 private:
  std::chrono::milliseconds pause_ = kFirst;
};

}  // namespace freshet::remote
