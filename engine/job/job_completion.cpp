#include "engine/job/job_completion.h"

#include <algorithm>
#include <utility>

namespace freshet {

Placement placement_of(FileRecord const& file) {
  Placement placement;
  placement.path = file.spec.path;
  placement.ranges = file.spec.ranges;
  for (auto& range : placement.ranges) {
    if (file.length) range.end = std::min(range.end, *file.length);
  }
  placement.modified = file.modified;
  return placement;
}

JobCompletion::JobCompletion(JobEntry& job, ContentStore& store, std::size_t active_max, Done done)
    : job_(job), store_(store), active_max_(active_max), done_(std::move(done)) {}

void JobCompletion::start() {
  place_more();
}

bool JobCompletion::skips(std::uint32_t file) const {
  auto const& record = job_.files[file].record;
  return !record.transferred || record.placed;
}

void JobCompletion::place_more() {
  // A store that answers at once comes back here: the outer call goes on instead.
  if (std::exchange(placing_, true)) return;
  auto const keep = shared_from_this();
  while (next_ < job_.files.size() && active_ < active_max_ && !outcome_.error) {
    auto const file = next_++;
    if (!skips(file)) place(file);
  }
  placing_ = false;
  bool const finished = next_ == job_.files.size() || outcome_.error.has_value();
  if (active_ > 0 || !finished) return;
  if (auto const done = std::exchange(done_, {})) done(outcome_);
}

void JobCompletion::place(std::uint32_t file) {
  auto const& entry = job_.files[file];
  ++active_;
  store_.place(entry.record.spool, placement_of(entry.record),
               [self = shared_from_this(), file](Result<void> const& result) {
                 self->placed(file, result);
               });
}

void JobCompletion::placed(std::uint32_t file, Result<void> const& result) {
  --active_;
  if (result) {
    job_.files[file].record.placed = true;
    ++outcome_.placed;
  } else if (!outcome_.error) {
    outcome_.error = JobError{result.error(), file};
  }
  place_more();
}

}  // namespace freshet
