// What must never be forgotten about jobs. Loop only; callbacks run on the loop.
//
// A change is durable when its callback runs, or, where that is not asked for, noted: it survives
// the end of the process, and a power cut once anything later is durable. Changes that come
// together share one synced write, so creating a job costs at most one.
#pragma once

#include <functional>
#include <vector>

#include "engine/job/record.h"
#include "freshet/error.h"

namespace freshet {

struct LedgerChange {
  std::vector<JobRecord> jobs;    // Put: replaces the job's own fields.
  std::vector<FileRecord> files;  // Put, by (job, index).
  std::vector<JobId> forget;      // With all their files.
  bool durable = true;            // With all that was only noted before.
};

class Ledger {
 public:
  virtual ~Ledger() = default;

  struct Contents {
    std::vector<JobRecord> jobs;
    std::vector<FileRecord> files;
  };
  // Everything, once, at start.
  [[nodiscard]] virtual Result<Contents> load() = 0;

  virtual void save(LedgerChange change, std::function<void(Result<void>)> done) = 0;
};

}  // namespace freshet
