#include "store/spool_refs.h"

namespace freshet::store {

void SpoolRefs::note(FileRecord const& file) {
  auto const wanted = file.placed ? SpoolId::none : file.spool;
  Key const key{file.job, file.index};
  auto const found = by_file_.find(key);
  auto const before = found == by_file_.end() ? SpoolId::none : found->second;
  if (before == wanted) return;
  if (wanted != SpoolId::none) {
    by_file_[key] = wanted;
    ++counts_[wanted];
  } else {
    by_file_.erase(found);
  }
  if (before != SpoolId::none) let_go(before);
}

void SpoolRefs::forget(JobId const& job) {
  auto it = by_file_.lower_bound({job, 0});
  while (it != by_file_.end() && it->first.first == job) {
    auto const spool = it->second;
    it = by_file_.erase(it);
    let_go(spool);
  }
}

void SpoolRefs::hold(SpoolId spool) {
  if (held_.insert(spool).second) ++counts_[spool];
}

void SpoolRefs::let_go_held(SpoolId spool) {
  if (held_.erase(spool) > 0) let_go(spool);
}

std::size_t SpoolRefs::count(SpoolId spool) const {
  auto const found = counts_.find(spool);
  return found == counts_.end() ? 0 : found->second;
}

void SpoolRefs::let_go(SpoolId spool) {
  auto const found = counts_.find(spool);
  if (--found->second > 0) return;
  counts_.erase(found);
  if (unused_) unused_(spool);
}

}  // namespace freshet::store
