// Why jobs that are gone went as they did: the last decision records, for a while.
//
// Loop only; the notes outlive it. Bounded by number, length and age. What cannot be saved is known
// until the process ends.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "engine/job/record.h"
#include "engine/job/why_log.h"
#include "engine/ports/notes.h"
#include "freshet/job_options.h"

namespace freshet {

class WhyArchive {
 public:
  WhyArchive(Notes* notes, JobOptions const& options) : notes_(notes), options_(options) {}

  // Once, first: what earlier runs kept.
  [[nodiscard]] Result<void> load(WallTime now);
  // The job ends.
  void keep(JobRecord const& job, WhyLog const& why, WallTime now);
  // For its owner and administrators; nothing when it is not known, or not theirs.
  [[nodiscard]] std::optional<std::string> find(Caller const& caller, JobId job) const;

 private:
  struct Entry {
    JobId job;
    std::uint32_t owner = 0;
    WallTime ended{};
    std::string json;
  };

  static std::string name_of(JobId job);
  [[nodiscard]] static std::optional<Entry> parse(std::string const& name, std::string text);
  void drop_old(WallTime now);
  void save(std::string name, std::string text);

  Notes* notes_;
  JobOptions const& options_;
  std::deque<Entry> entries_;  // By end, oldest first.
  std::size_t chars_ = 0;
};

}  // namespace freshet
