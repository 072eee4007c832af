// All downloads there are: what is known of each, and its record on disk.
//
// Any thread. What an entry holds is guarded by `Table::mutex`, which is never held while somebody
// waits for the disk or the daemon.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "api/doagent/course.h"
#include "api/doagent/download.h"
#include "api/doagent/record_folder.h"
#include "api/doagent/replies.h"

namespace freshet::doagent {

// What the driver knows of its attempts; nothing of this outlives the agent.
struct Attempts {
  Course course;
  Looks looks;
  bool begun = false;      // The course has, since the last start, resume or restart.
  std::string cache_host;  // For this start: empty when there is none.
  TimePoint next_look{};
  std::optional<TimePoint> next;          // When the next attempt is due; absent: one is under way.
  std::optional<TimePoint> cache_silent;  // Since when the cache host has brought nothing.
  std::uint32_t errors_seen = 0;          // Of the job.
  Bytes bytes_before = 0;                 // When this attempt began.
  Code last_failure = 0;
};

struct Entry : std::enable_shared_from_this<Entry> {
  explicit Entry(Download download) : record(std::move(download)) {}

  // Callers change a download one after the other. Taken before `Table::mutex`.
  std::mutex calls;
  std::mutex saving;
  Download record;
  Attempts attempts;
  bool gone = false;      // Forgotten; its job is to be ended,
  bool finished = false;  // keeping what it brought.
};

class Table {
 public:
  struct Limits {
    std::size_t downloads_max = 20'000;
    std::size_t downloads_per_user_max = 2'000;
    Duration never_started_max = std::chrono::hours{24};
    Duration untouched_max = std::chrono::hours{24 * 30};
  };

  Table(RecordFolder folder, Limits limits) : folder_(std::move(folder)), limits_(limits) {}

  [[nodiscard]] Result<std::vector<Error>> load();
  [[nodiscard]] RecordFolder const& folder() const { return folder_; }

  // kOutOfMemory when there are too many.
  [[nodiscard]] Coded<std::shared_ptr<Entry>> add(Download download);
  // Null for an id that is unknown, or another's; root sees all.
  [[nodiscard]] std::shared_ptr<Entry> find(JobId id, std::uint32_t caller) const;
  [[nodiscard]] std::shared_ptr<Entry> find(JobId id) const;
  [[nodiscard]] std::shared_ptr<Entry> find_job(JobId job) const;
  [[nodiscard]] std::vector<std::shared_ptr<Entry>> all() const;
  // Those that nobody started in time, or touched for long.
  [[nodiscard]] std::vector<std::shared_ptr<Entry>> outdated(WallTime now) const;

  // The record as it is now, durably.
  [[nodiscard]] Result<void> save(Entry& entry);
  // Its id is unknown from now on.
  void forget(Entry& entry, bool finished);
  void set_job(Entry& entry, std::optional<JobId> job);

  mutable std::mutex mutex;

 private:
  RecordFolder const folder_;
  Limits const limits_;
  // Shared with calls and steps under way.
  std::map<JobId, std::shared_ptr<Entry>> entries_;
  std::map<JobId, std::weak_ptr<Entry>> by_job_;
  std::map<std::uint32_t, std::size_t> per_user_;
};

}  // namespace freshet::doagent
