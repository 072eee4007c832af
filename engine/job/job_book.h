// All jobs: what callers may ask of them, and what is promised.
//
// Loop only; the ports outlive it. Answers come when what they promise is durable. Its parts: the
// rules in job_machine.h, who runs next in job_queue.h, running in job_runner.h, remembering in
// ledger_writer.h.
#pragma once

#include <functional>
#include <vector>

#include "engine/job/job_completion.h"
#include "engine/job/job_runner.h"

namespace freshet {

struct JobPorts {
  Loop& loop;
  Clock& clock;
  Random& random;
  Log& log;
  Ledger& ledger;
  ContentStore& store;
  TransferDesk& transfers;
  // No job needs this content any more; empty: the store releases it.
  std::function<void(SpoolId)> let_go{};
};

struct NewJob {
  JobSpec spec;
  std::vector<FileSpec> files;
  std::uint32_t owner = 0;
  bool start = false;  // As if resumed, in the same write.
};

class JobBook {
 public:
  template <typename T>
  using Answer = std::function<void(Result<T>)>;

  JobBook(JobPorts ports, JobOptions options);
  // Running jobs stop where they are and go on after the next `recover`.
  ~JobBook();

  void set_events(JobEvents* events) { changes_.set_events(events); }

  // Once, first: takes up what an earlier run left.
  [[nodiscard]] Result<void> recover();

  void create(NewJob job, Answer<JobId> answer);
  void add_files(JobId id, std::vector<FileSpec> files, Answer<void> answer);
  void resume(JobId id, Answer<void> answer);
  void suspend(JobId id, Answer<void> answer);
  void cancel(JobId id, Answer<void> answer);
  void complete(JobId id, Answer<Completion> answer);
  // Replaces all settings; running files begin anew with them where they were.
  void configure(JobId id, JobSpec spec, Answer<void> answer);

  [[nodiscard]] Result<JobInfo> job(JobId id) const;
  [[nodiscard]] std::vector<JobInfo> jobs() const;  // Oldest first.
  [[nodiscard]] Result<std::vector<FileInfo>> files(JobId id) const;
  [[nodiscard]] Result<std::string> why(JobId id) const;

  // All that is known so far is saved, or could not be; then `done`.
  void flush(std::function<void()> done);
  // Stops every file where it is, keeps the jobs' states, saves; then `done`. No call may follow.
  void stop(std::function<void()> done);

 private:
  // The job and its state after the call, when the call is allowed.
  struct Allowed {
    JobEntry& job;
    JobState next;
  };
  [[nodiscard]] Result<Allowed> allow(JobId id, JobCall call) const;
  [[nodiscard]] Result<JobEntry*> find(JobId id) const;

  JobEntry& insert(NewJob&& job);
  void append(JobEntry& job, std::vector<FileSpec>&& files);
  void answer_when_durable(Answer<void> answer);
  void created(JobId id, bool start, Result<void> const& saved, Answer<JobId> const& answer);

  void placed(JobEntry& job, JobCompletion::Outcome outcome, Answer<Completion> const& answer);
  // Forgets the job, then lets go of its contents.
  void end(JobEntry& job, JobState final_state, std::function<void(Result<void>)> then);
  void let_go(JobEntry const& job);
  void not_placed(JobEntry& job, JobError error);

  void take_up(JobRecord record, std::vector<FileRecord> files);
  void restart(JobEntry& job);
  void schedule_retention();
  void retire_old();

  JobPorts ports_;
  JobOptions options_;
  JobTable table_;
  LedgerWriter writer_;
  JobChanges changes_;
  JobRunner runner_;
  TimerId retention_ = TimerId::none;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace freshet
