// All jobs: what callers may ask of them, and what is promised.
//
// Loop only; the ports outlive it. Answers come when what they promise is durable. Its parts: the
// rules in job_machine.h, who runs next in job_queue.h and job_turns.h, running in job_runner.h,
// telling in job_notices.h, remembering in ledger_writer.h.
#pragma once

#include <functional>
#include <vector>

#include "engine/job/arrival_book.h"
#include "engine/job/file_use.h"
#include "engine/job/job_completion.h"
#include "engine/job/job_notices.h"
#include "engine/job/job_page.h"
#include "engine/job/job_runner.h"
#include "engine/job/why_archive.h"

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
  Notes* notes = nullptr;           // For what is told of jobs that are gone; null: until the end.
  ArrivalBook* arrivals = nullptr;  // Hears how contents came; may be null.
};

// Bytes of a file as it would be placed, before it is.
struct ReadyPart {
  ByteRange range;                     // From where it was asked for on; empty: not there yet.
  std::shared_ptr<LentContent> bytes;  // Of `range`; null when that is empty.
  std::optional<Bytes> length;         // Of the file; absent while that is unknown.
  SpoolId spool = SpoolId::none;       // Another one: another content, which began anew.
};

struct NewJob {
  JobSpec spec;
  std::vector<FileSpec> files;
  bool start = false;  // As if resumed, in the same write.
  // Chosen by a caller who may have to ask again without having heard the answer: of one id there
  // is one job, however often it is created.
  std::optional<JobId> id{};
};

class JobBook : private JobEvents {
 public:
  template <typename T>
  using Answer = std::function<void(Result<T>)>;

  JobBook(JobPorts ports, JobOptions options);
  // Running jobs stop where they are and go on after the next `recover`.
  ~JobBook() override;

  void set_events(JobEvents* events) { events_ = events; }
  void set_command_runner(JobNotices::RunCommand run) {
    notices_.set_command_runner(std::move(run));
  }

  // Once, first: takes up what an earlier run left.
  [[nodiscard]] Result<void> recover();

  // All calls but `create`: access_denied unless the caller owns the job or is an administrator.
  void create(Caller const& caller, NewJob job, Answer<JobId> answer);
  void add_files(Caller const& caller, JobId id, std::vector<FileSpec> files, Answer<void> answer);
  void resume(Caller const& caller, JobId id, Answer<void> answer);
  void suspend(Caller const& caller, JobId id, Answer<void> answer);
  void cancel(Caller const& caller, JobId id, Answer<void> answer);
  void complete(Caller const& caller, JobId id, Answer<Completion> answer);
  // Lends the bytes of a transferred file to a caller who places it himself: not_yet before.
  void lend(Caller const& caller, JobId id, std::uint32_t file, ContentStore::Lent answer);
  // The same of what has arrived from `begin` on, of a file that may be on its way. invalid_range
  // beyond its end; the job's error while it is in one and the bytes are not there.
  void lend_ready(Caller const& caller, JobId id, std::uint32_t file, Bytes begin,
                  Answer<ReadyPart> answer);
  // As `complete`, of a job whose transferred files the caller has all placed himself: not_yet
  // names one that is not in `placed`.
  void complete_placed(Caller const& caller, JobId id, std::vector<std::uint32_t> const& placed,
                       Answer<Completion> answer);
  // Replaces all settings; where they concern it, what runs begins anew with them where it was.
  void configure(Caller const& caller, JobId id, JobSpec spec, Answer<void> answer);

  // Where a file comes from, from now on. A file that is transferred keeps its bytes.
  void set_urls(Caller const& caller, JobId id, std::uint32_t file, std::vector<std::string> urls,
                Answer<void> answer);
  // Of a suspended job. What had arrived of the file goes where something else judges it now.
  void change_file(Caller const& caller, JobId id, std::uint32_t file, FileChange change,
                   Answer<void> answer);
  // The beginning of every URL that has it, letter by letter; of files that are not transferred.
  // How many files changed.
  void replace_prefix(Caller const& caller, JobId id, std::string const& from,
                      std::string const& to, Answer<std::uint32_t> answer);
  // The application has looked at a transferred file. When it is wrong it is fetched again: at once
  // and from the origin alone when peers sent some of it, else after a Resume.
  void validate(Caller const& caller, JobId id, std::uint32_t file, bool right,
                Answer<void> answer);
  // What is missing of these bytes of the remote file comes first, in this order, from now on and
  // until it is said anew; not remembered over restarts. invalid_range beyond its end.
  void prefer(Caller const& caller, JobId id, std::uint32_t file, std::vector<ByteRange> ranges,
              Answer<void> answer);
  // Administrators only. Headers, credentials in URLs and the notify command stay behind.
  void take_ownership(Caller const& caller, JobId id, Answer<void> answer);
  // Replaces the job's last handler; empty: none. Not remembered over restarts.
  [[nodiscard]] Result<void> set_handler(Caller const& caller, JobId id,
                                         JobNotices::Handler handler);

  [[nodiscard]] Result<JobInfo> job(Caller const& caller, JobId id) const;
  [[nodiscard]] std::vector<JobInfo> jobs(Caller const& caller) const;  // Its own, oldest first.
  // Of everyone: administrators only.
  [[nodiscard]] Result<std::vector<JobInfo>> all_jobs(Caller const& caller) const;
  // A part of one of these lists.
  [[nodiscard]] Result<JobPage> page(Caller const& caller, JobPageWish const& wish) const;
  [[nodiscard]] Result<std::vector<FileInfo>> files(Caller const& caller, JobId id) const;
  // What a server answered last about the file, since the start. For the owner alone: it may hold
  // secrets of his. not_yet before there was any answer.
  [[nodiscard]] Result<HttpAnswer> answer(Caller const& caller, JobId id, std::uint32_t file) const;
  // Where the file's content arrives or lies; not_yet before there is any.
  [[nodiscard]] Result<SpoolId> spool_of(Caller const& caller, JobId id, std::uint32_t file) const;
  // A job that still needs this content.
  [[nodiscard]] std::optional<JobId> holder_of(ContentId const& content) const;
  // The files of all jobs that the caller may see: administrators those of everyone.
  [[nodiscard]] std::vector<FileUse> file_uses(Caller const& caller) const;
  // Also of a job that is gone, for a while.
  [[nodiscard]] Result<std::string> why(Caller const& caller, JobId id) const;
  // error_unavailable unless it is in an error state.
  [[nodiscard]] Result<ErrorReport> error(Caller const& caller, JobId id) const;

  void set_conditions(Conditions const& conditions) { runner_.set_conditions(conditions); }

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
  [[nodiscard]] Result<Allowed> allow(Caller const& caller, JobId id, JobCall call) const;
  [[nodiscard]] Result<Allowed> allow(JobEntry& job, JobCall call, bool file_there = false) const;
  [[nodiscard]] Result<JobEntry*> find(Caller const& caller, JobId id) const;
  [[nodiscard]] Result<FileEntry*> file_of(JobEntry& job, std::uint32_t file) const;
  [[nodiscard]] Result<void> check_room(Caller const& caller, NewJob const& job) const;
  [[nodiscard]] Result<void> check_fixed(JobEntry& job, JobSpec const& spec) const;
  // Oldest first.
  [[nodiscard]] std::vector<JobEntry const*> list(Caller const& caller, bool all,
                                                  std::uint64_t after = 0) const;

  void on_job(JobEvent const& event) override;

  JobEntry& insert(Caller const& caller, NewJob&& job);
  void append(JobEntry& job, std::vector<FileSpec>&& files);
  void answer_when_durable(Answer<void> answer);
  void created(JobId id, bool start, Result<void> const& saved, Answer<JobId> const& answer);
  void put_urls(JobEntry& job, std::uint32_t file, std::vector<std::string> urls);
  void refuse_file(JobEntry& job, std::uint32_t file);

  void placed(JobEntry& job, JobCompletion::Outcome outcome, Answer<Completion> const& answer);
  // Forgets the job, then lets go of its contents.
  void end(JobEntry& job, JobState final_state, std::function<void(Result<void>)> then);
  void let_go(JobEntry const& job);
  void keep_arrivals(JobEntry const& job);
  void not_placed(JobEntry& job, JobError error);
  // What had arrived is gone, or wrong, when the error says so: the job fails.
  void lose_if_gone(JobEntry& job, JobError error);
  [[nodiscard]] Result<ReadyPart> ready_part(JobEntry& job, FileEntry& file, Bytes begin,
                                             Placement& placement) const;
  [[nodiscard]] Result<void> check_placed(JobEntry& job,
                                          std::vector<std::uint32_t> const& placed) const;

  void take_up(JobRecord record, std::vector<FileRecord> files);
  void restart(JobEntry& job);
  [[nodiscard]] std::optional<Error> too_old(JobRecord const& job) const;
  void schedule_retention();
  void retire_old();

  JobPorts ports_;
  JobOptions options_;
  JobTable table_;
  LedgerWriter writer_;
  JobChanges changes_;
  JobRunner runner_;
  JobNotices notices_;
  WhyArchive archive_;
  JobEvents* events_ = nullptr;
  TimerId retention_ = TimerId::none;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace freshet
