#include "engine/transfer/stealing.h"

#include <algorithm>

#include "engine/base/seconds.h"
#include "engine/content/geometry.h"

namespace freshet {

namespace {

constexpr double kNever = 1e9;

Bytes up_to(Bytes position, Bytes unit) {
  return (position + unit - 1) / unit * unit;
}

}  // namespace

double seconds_left(Victim const& victim) {
  if (victim.end <= victim.next) return 0;
  if (victim.rate <= 0) return kNever;
  return std::min(kNever, static_cast<double>(victim.end - victim.next) / victim.rate);
}

std::optional<Theft> plan_theft(Victim const& victim, Thief const& thief, Bytes unit,
                                StealLimits const& limits) {
  auto const left = seconds_left(victim);
  auto const latency = in_seconds(thief.latency);
  auto const time_min = victim.same_source ? limits.time_min_same_source : limits.time_min;
  if (left < in_seconds(time_min) + 2 * latency) return std::nullopt;

  auto const bytes = static_cast<double>(victim.end - victim.next);
  auto const thief_rate = thief.rate > 0 ? thief.rate : std::max(victim.rate, 1.0);
  // Both finish together: latency + taken/thief_rate = (bytes-taken)/victim_rate.
  auto const taken =
      victim.rate <= 0
          ? bytes
          : std::max(0.0, (left - latency) * thief_rate * victim.rate / (thief_rate + victim.rate));
  auto const wish = victim.end - static_cast<Bytes>(std::min(taken, bytes));
  for (auto const align : {unit, kBlockBytes}) {
    auto const split = std::max(up_to(wish, align), up_to(victim.next, kBlockBytes));
    if (split + std::min(limits.bytes_min, align) <= victim.end) return Theft{split, false};
  }
  bool const much_faster = latency + bytes / thief_rate < left / 4;
  if (!much_faster) return std::nullopt;
  return Theft{victim.next / kBlockBytes * kBlockBytes, true};
}

}  // namespace freshet
