// When a content that has no peers asks the link again: one lost datagram must not cost minutes,
// nor a lonely content fill the link.
//
// Pure: time comes in with each call. Thread: libtorrent's.
#pragma once

#include <algorithm>

#include "freshet/units.h"

namespace freshet::peer {

class LinkSearch {
 public:
  // Whether to ask now; asked about a few times a second. `alone`: it lacks bytes and has no peers.
  [[nodiscard]] bool due(TimePoint now, bool alone) {
    if (!alone || next_ == TimePoint{}) {
      // The first question is libtorrent's own, when the content joins.
      wait_ = kWaitMin;
      next_ = now + wait_;
      return false;
    }
    if (now < next_) return false;
    wait_ = std::min(wait_ * 2, kWaitMax);
    next_ = now + wait_;
    return true;
  }

 private:
  static constexpr Duration kWaitMin = std::chrono::seconds{1};
  static constexpr Duration kWaitMax = std::chrono::seconds{60};

  Duration wait_ = kWaitMin;
  TimePoint next_{};
};

}  // namespace freshet::peer
