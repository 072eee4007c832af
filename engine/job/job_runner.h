// Runs the files of jobs: gives out the slots, hears how transfers go, and tries again.
//
// Loop only; owned by the JobBook.
#pragma once

#include <functional>
#include <map>

#include "engine/job/job_changes.h"
#include "engine/job/job_conditions.h"
#include "engine/job/job_queue.h"
#include "engine/job/job_table.h"
#include "engine/job/job_turns.h"
#include "engine/ports/random.h"
#include "freshet/job_options.h"

namespace freshet {

class JobRunner final : private WishListener {
 public:
  struct Ports {
    Loop& loop;
    Clock& clock;
    Random& random;
    Log& log;
    TransferDesk& desk;
  };
  JobRunner(Ports ports, JobOptions const& options, JobTable& table, LedgerWriter& writer,
            JobChanges& changes);
  ~JobRunner() override;

  // A spool that no file refers to any more.
  void set_release(std::function<void(SpoolId)> release) { release_ = std::move(release); }

  // The files that wait may run; the job is queued.
  void run(JobEntry& job);
  // Stops its files where they are, and a retry that is due.
  void halt(JobEntry& job);
  // It has more files.
  void refresh(JobEntry& job);
  // Its settings changed: what runs begins anew with them.
  void renew(JobEntry& job);
  // The bytes of this file, which is not active, are not wanted any more: it begins anew.
  void forget_bytes(JobEntry& job, std::uint32_t file);
  void set_conditions(Conditions const& conditions);

 private:
  struct Running {
    JobId job;
    std::uint32_t file = 0;
    Priority priority = Priority::normal;
    bool arrived = false;  // It only waits to become durable.
  };

  void on_spool(WishId wish, SpoolId spool, Bytes length, Validator const& validator) override;
  void on_arrived(WishId wish) override;
  void on_transferred(WishId wish, WishResult result) override;
  void on_failed(WishId wish, Error error) override;

  void schedule_fill();
  void fill();
  void change_turns();
  void schedule_turns();
  void preempt(JobEntry& job);
  // It waits for the network when that does not suit it; else it may run.
  [[nodiscard]] bool admit(JobEntry& job);
  void retry(JobEntry& job);
  [[nodiscard]] bool make_room(Priority wanted);
  void start_next_of(JobEntry& job);
  // The file no longer runs: its counters are kept, its wish is dropped.
  void retire(JobEntry& job, std::uint32_t file);
  void set_spool(FileEntry& file, SpoolId spool);
  void settle(JobEntry& job);
  void met(JobEntry& job, JobError error);
  void met_transient(JobEntry& job, JobError error);
  [[nodiscard]] bool too_large(JobEntry const& job) const;
  [[nodiscard]] bool time_over(JobEntry const& job) const;

  void schedule_tick();
  void tick();
  // Brings its bytes by source into the record.
  void count(FileEntry& file);
  void save_counters();
  void save_records();
  void measure(JobEntry& job);

  Ports ports_;
  JobOptions const& options_;
  JobTable& table_;
  LedgerWriter& writer_;
  JobChanges& changes_;
  std::function<void(SpoolId)> release_;
  JobQueue queue_;
  JobTurns turns_;
  TimerId turns_timer_ = TimerId::none;
  Conditions conditions_;
  std::map<WishId, Running> running_;
  std::size_t arrived_ = 0;  // Of these. The transfers bound how many wait for the store.
  bool fill_scheduled_ = false;
  TimerId tick_ = TimerId::none;
  TimePoint counters_due_{};
  std::optional<TimePoint> records_due_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace freshet
