// Brings the transferred files of one job to where the application wants them, several at a time.
//
// Loop only. Runs once; the job must not go away before `done`.
#pragma once

#include <functional>
#include <memory>

#include "engine/job/job_entry.h"
#include "engine/ports/content_store.h"

namespace freshet {

class JobCompletion : public std::enable_shared_from_this<JobCompletion> {
 public:
  // Absent error: every transferred file is in its place. Otherwise no further file was begun.
  struct Outcome {
    std::uint32_t placed = 0;
    std::optional<JobError> error;
  };
  using Done = std::function<void(Outcome)>;

  JobCompletion(JobEntry& job, ContentStore& store, std::size_t active_max, Done done);

  // Callbacks of the store keep this object alive until the last of them ran.
  void start();

 private:
  void place_more();
  void place(std::uint32_t file);
  void placed(std::uint32_t file, Result<void> const& result);
  [[nodiscard]] bool skips(std::uint32_t file) const;

  JobEntry& job_;
  ContentStore& store_;
  std::size_t active_max_;
  Done done_;
  Outcome outcome_;
  std::uint32_t next_ = 0;
  std::size_t active_ = 0;
  bool placing_ = false;
};

// What a file of a job is to be where the application wants it.
[[nodiscard]] Placement placement_of(FileRecord const& file);

}  // namespace freshet
