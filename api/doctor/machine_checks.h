// Checks of this machine: clock, disk, limits, proxies.
//
// `judge_…` are pure. `look_at_…` may wait for the disk; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "api/doctor/finding.h"
#include "freshet/error.h"
#include "freshet/units.h"

namespace freshet::doctor {

struct ClockFacts {
  WallTime now{};
  std::optional<bool> synchronized;  // As the kernel was told; nothing when it does not say.
};
[[nodiscard]] ClockFacts look_at_clock();
[[nodiscard]] Findings judge_clock(ClockFacts const& facts);

struct DiskFacts {
  std::string directory;
  Bytes size = 0;
  Bytes free = 0;
  std::uint64_t files_free = 0;
  bool counts_files = true;  // Some file systems have no fixed number of files.
  Bytes written = 0;         // By the trial, and in which time;
  Duration took{};
  Duration sync{};  // the longest sync of a small write.
  std::optional<Error> error;
};
// Writes some MiB to a file without a name in `directory`, or the nearest one above that exists.
[[nodiscard]] DiskFacts look_at_disk(std::string const& directory);
[[nodiscard]] Findings judge_disk(DiskFacts const& facts);

struct LimitFacts {
  std::uint64_t files = 0;      // That may be open; all ones: no limit.
  std::uint64_t files_max = 0;  // To which it may be raised.
};
[[nodiscard]] LimitFacts look_at_limits();
[[nodiscard]] Findings judge_limits(LimitFacts const& facts);

using Environment = std::map<std::string, std::string>;
[[nodiscard]] Environment look_at_proxies();
// `url` may be empty.
[[nodiscard]] Findings judge_proxies(Environment const& environment, std::string const& url);

}  // namespace freshet::doctor
