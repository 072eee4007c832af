#include "api/doagent/course.h"

#include <algorithm>
#include <array>
#include <utility>

namespace freshet::doagent {

namespace {

using std::chrono::seconds;

constexpr std::array<Duration, 5> kDelays{seconds{2}, seconds{4}, seconds{8}, seconds{16},
                                          seconds{30}};
constexpr std::uint32_t kAttemptsPerSide = 2;
constexpr std::uint64_t kLooks = 30;
constexpr std::uint64_t kLookSeconds = 10;

bool for_ever(CacheView const& cache) {
  return cache.fallback_delay == Duration::max();
}

}  // namespace

bool Course::only_cache(CacheView const& cache, TimePoint now) const {
  if (!cache.fallback_delay) return false;
  return for_ever(cache) || now - first_start_.value_or(now) < *cache.fallback_delay;
}

void Course::begin(CacheView const& cache, TimePoint now) {
  if (!first_start_) first_start_ = now;
  bool const in_time = !cache.fallback_delay || only_cache(cache, now);
  // Nobody else may be asked, even while it is banned.
  bool const alone = for_ever(cache);
  side_ = (cache.usable && in_time) || alone ? Side::cache : Side::origin;
  tried_origin_ = side_ == Side::origin;
  failures_ = attempts_ = 0;
}

Course::Next Course::failed(Failure failure, CacheView const& cache, TimePoint now) {
  if (failure.progressed) failures_ = attempts_ = 0;
  auto const delay = kDelays[std::min<std::size_t>(failures_, kDelays.size() - 1)];
  ++failures_;
  ++attempts_;
  Next next{side_, now + delay};
  if (side_ == Side::cache) {
    next = after_cache(failure, cache, now, delay);
  } else if (cache.usable && !cache.fallback_delay && attempts_ >= kAttemptsPerSide) {
    next.side = Side::cache;
  }
  if (next.side != side_) attempts_ = 0;
  side_ = next.side;
  tried_origin_ = tried_origin_ || side_ == Side::origin;
  return next;
}

Course::Next Course::after_cache(Failure failure, CacheView const& cache, TimePoint now,
                                 Duration delay) const {
  Next const again{Side::cache, now + delay};
  Next const at_once{Side::origin, now};
  if (for_ever(cache)) return {Side::cache, now + delay, failure.refused};
  if (failure.refused || !tried_origin_) {
    bool const waits = only_cache(cache, now) && cache.usable && !failure.refused;
    return waits ? again : at_once;
  }
  if (cache.fallback_delay) return only_cache(cache, now) && cache.usable ? again : at_once;
  if (cache.usable && attempts_ < kAttemptsPerSide) return again;
  return {Side::origin, now + delay};
}

bool Looks::look(Bytes transferred, std::uint64_t timeout_s) {
  if (std::exchange(seen_, transferred) != transferred) {
    without_progress_ = 0;
    return false;
  }
  auto const rounded = (timeout_s + kLookSeconds / 2) / kLookSeconds;
  auto const most = timeout_s == 0 ? kLooks : std::max<std::uint64_t>(rounded, 1);
  return ++without_progress_ >= most;
}

}  // namespace freshet::doagent
