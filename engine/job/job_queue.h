// Whose file runs next: the most urgent job, among equals the one with fewest files running, then
// the oldest.
//
// Pure.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <set>

#include "freshet/job.h"

namespace freshet {

class JobQueue {
 public:
  struct Place {
    Priority priority = Priority::normal;
    std::size_t running = 0;  // Files of the job that run already.
    std::uint64_t order = 0;
    JobId job;
    auto operator<=>(Place const&) const = default;
  };

  // A job with files that wait. Replaces its earlier place.
  void put(Place place);
  void remove(JobId job);
  [[nodiscard]] std::optional<Place> next() const;

 private:
  std::set<Place> places_;
  std::map<JobId, Place> by_job_;
};

}  // namespace freshet
