#include "engine/origin/drain.h"

#include <algorithm>

namespace freshet {

namespace {

constexpr Bytes kDrainMax = 256_KiB;
constexpr Bytes kDrainAlways = 16_KiB;
// A new connection also starts slowly, so even a cheap handshake is worth this much.
constexpr Duration kConnectCostMin = std::chrono::milliseconds{20};

}  // namespace

bool worth_draining(DrainCase const& drain) {
  if (drain.rest <= kDrainAlways) return true;
  if (drain.rest > kDrainMax || drain.received == 0) return false;
  auto const time = std::chrono::duration<double>(drain.spent) * static_cast<double>(drain.rest) /
                    static_cast<double>(drain.received);
  return time <= std::max(drain.connect_cost * 2, kConnectCostMin);
}

}  // namespace freshet
