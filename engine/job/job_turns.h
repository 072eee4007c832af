// Which background jobs may run: the highest priority first, equals in turns of a time slice.
// Foreground jobs never wait for a turn.
//
// Pure: time comes in with each call. A value.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "freshet/job.h"

namespace freshet {

class JobTurns {
 public:
  JobTurns(std::size_t turns_max, Duration slice) : turns_max_(turns_max), slice_(slice) {}

  // It has something to run, at this priority, and `order` is its place among equals that have not
  // had a turn. Again with another priority: it moves.
  void want(JobId job, Priority priority, std::uint64_t order);
  // It has nothing to run: its turn is over.
  void leave(JobId job);
  [[nodiscard]] bool has(JobId job, Priority priority) const {
    return priority == Priority::foreground || since_.contains(job);
  }

  struct Change {
    std::vector<JobId> lost;
    std::vector<JobId> got;
  };
  // Gives the turns that are due now.
  [[nodiscard]] Change advance(TimePoint now);
  // When a turn ends because an equal waits.
  [[nodiscard]] std::optional<TimePoint> next_change() const;

 private:
  struct Place {
    Priority priority = Priority::normal;
    std::uint64_t turns_before = 0;  // Grows with each slice that ended: who had one goes back.
    std::uint64_t order = 0;
    JobId job;
    auto operator<=>(Place const&) const = default;
  };

  void give(TimePoint now, Change& change);
  void take(JobId job, Change& change);
  [[nodiscard]] std::optional<Place> last_runner() const;
  [[nodiscard]] bool equal_waits(Priority priority) const;

  std::size_t turns_max_;
  Duration slice_;
  std::map<JobId, Place> known_;
  std::set<Place> waiting_;
  std::map<JobId, TimePoint> since_;  // Of those that have a turn.
  std::uint64_t turns_ended_ = 0;
};

}  // namespace freshet
