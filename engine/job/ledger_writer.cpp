#include "engine/job/ledger_writer.h"

#include <utility>

namespace freshet {

LedgerWriter::LedgerWriter(Ports ports, JobTable const& table, Duration retry_delay)
    : ports_(ports), table_(table), retry_delay_(retry_delay) {}

void LedgerWriter::put_job(JobId job) {
  marks_.jobs.insert(job);
  schedule();
}

void LedgerWriter::put_file(JobId job, std::uint32_t file) {
  marks_.files[job].insert(file);
  schedule();
}

void LedgerWriter::forget(JobId job) {
  marks_.jobs.erase(job);
  marks_.files.erase(job);
  marks_.forget.insert(job);
  schedule();
}

void LedgerWriter::then(Done done) {
  waiting_.push_back(std::move(done));
  schedule();
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
  return change;
}

void LedgerWriter::write() {
  auto marks = std::exchange(marks_, {});
  auto waiting = std::exchange(waiting_, {});
  if (marks.empty()) {
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
  if (!result) try_again(marks, result.error());
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
