#include "engine/job/ledger_writer.h"

#include <algorithm>
#include <utility>

namespace freshet {

LedgerWriter::LedgerWriter(Ports ports, JobTable const& table, Duration retry_delay)
    : ports_(ports), table_(table), retry_delay_(retry_delay) {}

void LedgerWriter::need(Keep keep) {
  marks_.keep = std::max(marks_.keep, keep);
  schedule();
}

void LedgerWriter::put_job(JobId job, Keep keep) {
  marks_.jobs.insert(job);
  need(keep);
}

void LedgerWriter::put_file(JobId job, std::uint32_t file, Keep keep) {
  marks_.files[job].insert(file);
  need(keep);
}

void LedgerWriter::forget(JobId job) {
  marks_.jobs.erase(job);
  marks_.files.erase(job);
  marks_.forget.insert(job);
  need(Keep::durable);
}

void LedgerWriter::then(Done done, Keep keep) {
  waiting_.push_back(std::move(done));
  need(keep);
}

void LedgerWriter::schedule() {
  if (scheduled_ || writing_) return;
  scheduled_ = true;
  ports_.loop.post([this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    scheduled_ = false;
    if (!writing_) write();
  });
}

LedgerChange LedgerWriter::change_of(Marks const& marks) const {
  LedgerChange change;
  for (auto const& id : marks.jobs) {
    if (auto const* job = table_.find(id)) change.jobs.push_back(job->record);
  }
  for (auto const& [id, indexes] : marks.files) {
    auto const* job = table_.find(id);
    if (job == nullptr) continue;
    for (auto const index : indexes) change.files.push_back(job->files[index].record);
  }
  change.forget.assign(marks.forget.begin(), marks.forget.end());
  change.durable = marks.keep == Keep::durable;
  return change;
}

void LedgerWriter::write() {
  auto marks = std::exchange(marks_, {});
  auto waiting = std::exchange(waiting_, {});
  bool const makes_durable = marks.keep == Keep::durable && noted_;
  if (marks.empty() && !makes_durable) {
    for (auto const& done : waiting) done({});
    return;
  }
  writing_ = true;
  auto change = change_of(marks);
  ports_.ledger.save(std::move(change),
                     [this, alive = std::weak_ptr(alive_), marks = std::move(marks),
                      waiting = std::move(waiting)](Result<void> const& result) {
                       if (!alive.expired()) written(marks, waiting, result);
                     });
}

void LedgerWriter::written(Marks const& marks, std::vector<Done> const& waiting,
                           Result<void> const& result) {
  writing_ = false;
  if (result) {
    noted_ = marks.keep == Keep::noted;
  } else {
    try_again(marks, result.error());
  }
  std::weak_ptr const alive = alive_;
  for (auto const& done : waiting) {
    done(result);
    if (alive.expired()) return;
  }
  bool const more = !waiting_.empty() || !marks_.empty();
  if (more && (result || !waiting_.empty())) schedule();
}

void LedgerWriter::try_again(Marks const& marks, Error const& error) {
  ports_.log.write(LogLevel::warn, "job state not saved", {{"why", describe(error)}});
  marks_.keep = std::max(marks_.keep, marks.keep);
  marks_.jobs.insert(marks.jobs.begin(), marks.jobs.end());
  for (auto const& [id, indexes] : marks.files) {
    marks_.files[id].insert(indexes.begin(), indexes.end());
  }
  ports_.loop.cancel(retry_);
  retry_ = ports_.loop.at(ports_.clock.now() + retry_delay_, [this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) schedule();
  });
}

}  // namespace freshet
