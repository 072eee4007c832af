#include "engine/job/job_table.h"

#include <algorithm>

namespace freshet {

JobEntry& JobTable::add(JobRecord record) {
  if (record.order == 0) record.order = last_order_ + 1;
  last_order_ = std::max(last_order_, record.order);
  auto& slot = jobs_[record.id];
  slot = std::make_unique<JobEntry>();
  slot->record = std::move(record);
  return *slot;
}

JobEntry* JobTable::find(JobId id) const {
  auto const found = jobs_.find(id);
  return found == jobs_.end() ? nullptr : found->second.get();
}

std::size_t JobTable::size_of(std::uint32_t owner) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      jobs_, [owner](auto const& entry) { return entry.second->record.owner == owner; }));
}

void JobTable::use(SpoolId spool) {
  if (spool != SpoolId::none) ++users_[spool];
}

bool JobTable::shared(SpoolId spool) const {
  auto const found = users_.find(spool);
  return found != users_.end() && found->second > 1;
}

bool JobTable::unuse(SpoolId spool) {
  auto const found = users_.find(spool);
  if (found == users_.end() || --found->second > 0) return false;
  users_.erase(found);
  return true;
}

}  // namespace freshet
