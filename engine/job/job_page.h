// A part of a list of jobs. A plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "freshet/job.h"

namespace freshet {

struct JobPage {
  std::vector<JobInfo> jobs;          // Oldest first.
  std::optional<std::uint64_t> next;  // What the next page comes after; absent: this is the last.
};

// Which one: `count_max` jobs at most, after that place; 0 is the beginning.
struct JobPageWish {
  bool all = false;  // Everyone's: administrators only.
  std::uint64_t after = 0;
  std::size_t count_max = 1000;
};

}  // namespace freshet
