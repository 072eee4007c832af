// Brings changes of jobs and files into the ledger, many in one synced write.
//
// What is marked in one turn of the loop, or while a write is under way, goes together with the
// next write. Records are read when the write begins, so a file that changes ten times is written
// once. What no one was promised is only noted: it waits for no disk. Loop only; the table and the
// ledger outlive it.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <vector>

#include "engine/base/loop.h"
#include "engine/job/job_table.h"
#include "engine/ports/clock.h"
#include "engine/ports/ledger.h"
#include "engine/ports/log.h"
#include "freshet/job_options.h"

namespace freshet {

class LedgerWriter {
 public:
  using Done = std::function<void(Result<void>)>;

  struct Ports {
    Loop& loop;
    Clock& clock;
    Log& log;
    Ledger& ledger;
  };
  LedgerWriter(Ports ports, JobTable const& table, Duration retry_delay);

  // How much has to survive: the end of the process, or a power cut too.
  enum class Keep : bool { noted, durable };
  void put_job(JobId job, Keep keep = Keep::durable);
  void put_file(JobId job, std::uint32_t file, Keep keep = Keep::durable);
  void forget(JobId job);
  // Runs when all that was marked so far is kept in this way, or could not be. After a failure puts
  // stay marked and are tried again; forgetting is not.
  void then(Done done, Keep keep = Keep::durable);

 private:
  struct Marks {
    std::set<JobId> jobs;
    std::map<JobId, std::set<std::uint32_t>> files;
    std::set<JobId> forget;
    Keep keep = Keep::noted;  // The strongest that was asked for.
    [[nodiscard]] bool empty() const { return jobs.empty() && files.empty() && forget.empty(); }
  };

  void need(Keep keep);
  void schedule();
  void write();
  void written(Marks const& marks, std::vector<Done> const& waiting, Result<void> const& result);
  void try_again(Marks const& marks, Error const& error);
  [[nodiscard]] LedgerChange change_of(Marks const& marks) const;

  Ports ports_;
  JobTable const& table_;
  Duration retry_delay_;
  Marks marks_;
  std::vector<Done> waiting_;
  bool noted_ = false;  // Something was written that is not durable yet.
  bool scheduled_ = false;
  bool writing_ = false;
  TimerId retry_ = TimerId::none;
  // Ends with this object: callbacks that come later find it gone.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace freshet
