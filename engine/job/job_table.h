// All jobs by id, and how many of their files share a spool.
//
// Loop only; owned by the JobBook.
#pragma once

#include <map>
#include <memory>
#include <unordered_map>

#include "engine/job/job_entry.h"

namespace freshet {

class JobTable {
 public:
  using Jobs = std::map<JobId, std::unique_ptr<JobEntry>>;

  // Puts it at the end of the queue unless the record says where.
  JobEntry& add(JobRecord record);
  void remove(JobId id) { jobs_.erase(id); }

  [[nodiscard]] JobEntry* find(JobId id) const;
  [[nodiscard]] Jobs const& all() const { return jobs_; }
  [[nodiscard]] std::size_t size() const { return jobs_.size(); }
  [[nodiscard]] std::size_t size_of(std::uint32_t owner) const;

  void use(SpoolId spool);
  [[nodiscard]] bool shared(SpoolId spool) const;  // By several files.
  // True when nobody uses it any more.
  [[nodiscard]] bool unuse(SpoolId spool);

 private:
  Jobs jobs_;
  std::unordered_map<SpoolId, std::uint32_t> users_;
  std::uint64_t last_order_ = 0;
};

}  // namespace freshet
