// Tells applications of their jobs, again and again until they accept.
//
// For each job one notice after the other: files in the order of their arrival, then the job's own.
// A handler comes first; when there is none or it does not accept, the job's command is run for
// `transferred` and `error`. Who is told what is remembered in the records, handlers are not. Loop
// only; owned by the JobBook, which it hears from.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>

#include "engine/job/job_table.h"
#include "engine/job/ledger_writer.h"
#include "engine/ports/random.h"

namespace freshet {

class JobNotices {
 public:
  // To be called once, on the loop, at once or later: whether the notice was accepted.
  using Accepted = std::function<void(bool)>;
  using Handler = std::function<void(Notice const&, Accepted)>;
  // Runs `command` as this user; accepted when it ends with 0.
  using RunCommand =
      std::function<void(std::uint32_t owner, std::vector<std::string> const& command, Accepted)>;

  struct Ports {
    Loop& loop;
    Clock& clock;
    Random& random;
    TransferDesk const& desk;
  };
  JobNotices(Ports ports, JobOptions const& options, JobTable& table, LedgerWriter& writer);
  ~JobNotices();

  void set_command_runner(RunCommand run) { run_command_ = std::move(run); }
  // Replaces the job's last handler; empty: there is none. What is due is told at once.
  void set_handler(JobEntry& job, Handler handler);
  [[nodiscard]] bool has_handler(JobId job) const;

  // A job of an earlier run: what it was not told yet is due.
  void take_up(JobEntry& job);
  void on_event(JobEvent const& event);
  // The job's settings changed, or something else that no event tells.
  void modified(JobEntry& job);
  // Something may be due.
  void look(JobEntry& job);

 private:
  struct Post {
    Handler handler;
    std::deque<std::uint32_t> files;  // Transferred, not told.
    bool under_way = false;
    bool waits_for_user = false;
    std::uint32_t failures = 0;
    TimerId again = TimerId::none;
    TimePoint modification_due{};
  };
  struct Due {
    Notice::Kind kind = Notice::Kind::transferred;
    std::uint32_t file = 0;
    std::uint32_t settled = 0;  // Which of the job's endings it is about.
  };

  [[nodiscard]] std::optional<Due> due(JobEntry const& job, Post& post) const;
  void deliver(JobEntry& job, Post& post, Due const& due);
  void try_command(JobEntry& job, Post& post, Due const& due);
  void finished(JobId id, std::uint32_t owner, Due const& due, bool accepted);
  void accept(JobEntry& job, Due const& due);
  void again_later(JobEntry& job, Post& post);
  void serve_user(std::uint32_t owner);
  void forget(JobId job);
  [[nodiscard]] Accepted answer(JobEntry const& job, Due const& due, bool then_command);

  Ports ports_;
  JobOptions const& options_;
  JobTable& table_;
  LedgerWriter& writer_;
  RunCommand run_command_;
  std::map<JobId, Post> posts_;
  std::map<std::uint32_t, std::size_t> under_way_;           // By owner.
  std::map<std::uint32_t, std::deque<JobId>> waiting_line_;  // Of those who have too many.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace freshet
