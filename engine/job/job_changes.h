// The one place where a job changes its state: remembered, and told when it is durable. Which step
// of running a job is at is only noted: the next start begins with the first of them anyway.
//
// Loop only; owned by the JobBook.
#pragma once

#include "engine/job/job_table.h"
#include "engine/job/ledger_writer.h"
#include "engine/ports/clock.h"

namespace freshet {

class JobEvents {
 public:
  virtual ~JobEvents() = default;
  // State changes and files come after they are durable (or, when the disk refuses, after that has
  // been tried and logged); changes between the states of a running job after they are noted.
  virtual void on_job(JobEvent const& event) = 0;
};

class JobChanges {
 public:
  JobChanges(Clock const& clock, LedgerWriter& writer, TransferDesk const& desk);

  void set_events(JobEvents* events) { events_ = events; }

  // Moves the job when its state allows that to happen. True when it did.
  bool happen(JobEntry& job, JobHappening happening);
  void move(JobEntry& job, JobState state);
  // The same for a failure: `error` stays until the job leaves the error states.
  void fail(JobEntry& job, JobHappening failure, JobError error);

  // The caller set something of it: durable with the next write.
  void touch(JobEntry& job);

  void file_transferred(JobEntry& job, std::uint32_t file);
  void created(JobEntry const& job);
  void removed(JobEntry const& job);
  void progressed(JobEntry const& job);

 private:
  // It came to an end of its own: that is to be told.
  static void settle(JobEntry& job);
  static void remember(JobEntry& job);
  void keep_time(JobEntry& job, JobState next);
  void tell(JobEvent event);
  void tell_when_kept(JobEvent event, LedgerWriter::Keep keep);

  Clock const& clock_;
  LedgerWriter& writer_;
  TransferDesk const& desk_;
  JobEvents* events_ = nullptr;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace freshet
