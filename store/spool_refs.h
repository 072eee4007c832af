// Which contents the files of jobs refer to, so that none is deleted under them.
//
// Loop only. Fed by the ledger.
#pragma once

#include <functional>
#include <map>

#include "engine/job/record.h"

namespace freshet::store {

class SpoolRefs {
 public:
  // Called when the last file that refers to a content lets it go.
  void set_unused(std::function<void(SpoolId)> unused) { unused_ = std::move(unused); }

  // A placed file needs its content no more.
  void note(FileRecord const& file);
  void forget(JobId const& job);
  [[nodiscard]] std::size_t count(SpoolId spool) const;

 private:
  using Key = std::pair<JobId, std::uint32_t>;
  void let_go(SpoolId spool);

  std::map<Key, SpoolId> by_file_;
  std::map<SpoolId, std::size_t> counts_;
  std::function<void(SpoolId)> unused_;
};

}  // namespace freshet::store
