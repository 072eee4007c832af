// Which way a download goes, cache host or origin, when it is tried again after a failure, and
// when it has gone on for too long without a byte.
//
// Pure: time comes in with each call. A value; the table of downloads guards it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "freshet/units.h"

namespace freshet::doagent {

enum class Side : std::uint8_t { origin, cache };

// What is known of the cache host for a download.
struct CacheView {
  bool usable = false;                     // There is one, and it is not banned.
  std::optional<Duration> fallback_delay;  // Only the cache for so long; `max()`: for ever.
};

class Course {
 public:
  // A caller starts or resumes it.
  void begin(CacheView const& cache, TimePoint now);
  [[nodiscard]] Side side() const { return side_; }

  struct Failure {
    bool refused = false;     // With 4xx, by whoever was asked.
    bool progressed = false;  // Bytes came since the last one.
  };
  struct Next {
    Side side = Side::origin;
    TimePoint at{};
    bool over = false;  // Only the cache may be asked, and it has refused.
  };
  // The next attempt. `cache` is as it looks after the failure.
  [[nodiscard]] Next failed(Failure failure, CacheView const& cache, TimePoint now);

 private:
  [[nodiscard]] Next after_cache(Failure failure, CacheView const& cache, TimePoint now,
                                 Duration delay) const;
  [[nodiscard]] bool only_cache(CacheView const& cache, TimePoint now) const;

  std::optional<TimePoint> first_start_;
  Side side_ = Side::origin;
  bool tried_origin_ = false;
  std::uint32_t failures_ = 0;  // In a row, without progress.
  std::uint32_t attempts_ = 0;  // Of them, on this side.
};

// Looks at the bytes from time to time. A pause does not start it anew, only progress does.
class Looks {
 public:
  static constexpr Duration kInterval = std::chrono::seconds{10};

  // True: there was no progress for too many looks. `timeout_s` 0: the default of 30 looks.
  [[nodiscard]] bool look(Bytes transferred, std::uint64_t timeout_s);
  void restart() { without_progress_ = 0; }

 private:
  Bytes seen_ = 0;
  std::uint64_t without_progress_ = 0;
};

}  // namespace freshet::doagent
