// How long a group of pieces is left to those who claim it, all of them together. Each of them is
// heeded for a patience only, but whoever comes back under another name is another one; what bounds
// them is the group's time. Those that have brought us something have twice what strangers have.
//
// Pure: time comes in with each call. `patience` is how long one claim is heeded.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "freshet/units.h"

namespace freshet {

class GroupTimes {
 public:
  using Group = std::uint32_t;

  void on_claim(Group group, TimePoint now, Duration patience) {
    auto const [time, is_new] = first_.try_emplace(group, now);
    if (now - time->second >= patience * kAgain) time->second = now;
  }
  [[nodiscard]] static Duration of_strangers(Duration patience) { return patience * kOfStrangers; }
  // Claims of this group are heeded until then.
  [[nodiscard]] TimePoint end(Group group, bool of_stranger, Duration patience) const {
    auto const found = first_.find(group);
    if (found == first_.end()) return TimePoint::max();
    return found->second + patience * (of_stranger ? kOfStrangers : kOfAll);
  }

 private:
  static constexpr int kOfStrangers = 4;
  static constexpr int kOfAll = 8;
  // So strangers cost a tenth of the time at most, however they come.
  static constexpr int kAgain = 40;

  std::unordered_map<Group, TimePoint> first_;  // Claimed by anyone.
};

}  // namespace freshet
