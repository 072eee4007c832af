// A job and its files in memory. Loop only; owned by the JobTable.
#pragma once

#include <string>
#include <vector>

#include "engine/base/loop.h"
#include "engine/job/job_machine.h"
#include "engine/job/job_totals.h"
#include "engine/job/rate_meter.h"
#include "engine/job/record.h"
#include "engine/job/transfer_desk.h"
#include "engine/job/why_log.h"

namespace freshet {

struct FileEntry {
  FileRecord record;
  WishId wish = WishId::none;        // While it is active.
  WishProgress counted;              // What of the wish's bytes by source is in the record already.
  Bytes done = 0;                    // Of what was asked for, when it was last active.
  std::vector<ByteRange> preferred;  // What comes first.
  std::shared_ptr<HttpAnswer const> answer;  // When it was last active. Shared with who asked.
};

struct JobEntry {
  JobRecord record;
  std::vector<FileEntry> files;
  std::vector<std::uint32_t> active;  // Files with a wish.
  std::uint32_t first_pending = 0;    // No file before it waits.
  JobTotals totals;                   // Of files that are not active.
  RateMeter meter;
  WhyLog why;
  std::uint32_t failures = 0;  // Transient ones without progress between them.
  TimePoint last_progress{};
  Bytes seen_done = 0;  // When progress was last told.
  TimerId retry = TimerId::none;
  bool parked = false;                    // Of an earlier run, until somebody resumes it.
  bool ending = false;                    // Complete or Cancel is under way.
  std::uint32_t settled = 0;              // How often it came to `transferred` or `error`,
  std::uint32_t announced = 0;            // and of which of these the event was told.
  std::optional<TimePoint> moving_since;  // While it connects or transfers.

  [[nodiscard]] JobFacts facts() const;
  // Connecting and transferring, since the last resume.
  [[nodiscard]] Duration transfer_time(TimePoint now) const;
  // The first file that is neither transferred nor active.
  [[nodiscard]] std::optional<std::uint32_t> next_waiting();
  [[nodiscard]] bool all_transferred() const;
};

// What a file that is not active adds to its job.
[[nodiscard]] FileShare share_of(FileEntry const& file);
// The same for an active one.
[[nodiscard]] FileShare share_of(FileEntry const& file, WishProgress const& live);

[[nodiscard]] Progress progress_of(JobEntry const& job, TransferDesk const& desk);
[[nodiscard]] JobInfo info_of(JobEntry const& job, TransferDesk const& desk);
[[nodiscard]] FileInfo info_of(FileEntry const& file, TransferDesk const& desk);

}  // namespace freshet
