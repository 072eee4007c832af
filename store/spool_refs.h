// Which contents the files of jobs and the node's objects refer to, so that none is deleted under
// them.
//
// Loop only. Fed by the ledger and by the table of objects.
#pragma once

#include <functional>
#include <map>
#include <set>

#include "engine/job/record.h"

namespace freshet::store {

class SpoolRefs {
 public:
  // Called when the last that refers to a content lets it go.
  void set_unused(std::function<void(SpoolId)> unused) { unused_ = std::move(unused); }

  // A placed file needs its content no more.
  void note(FileRecord const& file);
  void forget(JobId const& job);
  // An object needs it; once or more often is the same.
  void hold(SpoolId spool);
  void let_go_held(SpoolId spool);
  [[nodiscard]] std::size_t count(SpoolId spool) const;

 private:
  using Key = std::pair<JobId, std::uint32_t>;
  void let_go(SpoolId spool);

  std::map<Key, SpoolId> by_file_;
  std::set<SpoolId> held_;
  std::map<SpoolId, std::size_t> counts_;
  std::function<void(SpoolId)> unused_;
};

}  // namespace freshet::store
