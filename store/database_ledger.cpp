#include "store/database_ledger.h"

#include <memory>
#include <utility>

#include "store/job_codec.h"

namespace freshet::store {

Result<Ledger::Contents> DatabaseLedger::load() {
  if (read_) return *std::exchange(read_, std::nullopt);
  Contents contents;
  auto const read_job = [&](std::string_view, std::string_view value) -> Result<void> {
    auto record = decode_job(value);
    if (!record) return tl::unexpected(record.error());
    contents.jobs.push_back(std::move(*record));
    return {};
  };
  auto const read_file = [&](std::string_view, std::string_view value) -> Result<void> {
    auto record = decode_file(value);
    if (!record) return tl::unexpected(record.error());
    contents.files.push_back(std::move(*record));
    return {};
  };
  if (auto const read = database_.scan(Table::jobs, {}, read_job); !read) {
    return tl::unexpected(read.error());
  }
  if (auto const read = database_.scan(Table::files, {}, read_file); !read) {
    return tl::unexpected(read.error());
  }
  return contents;
}

void DatabaseLedger::save(LedgerChange change, std::function<void(Result<void>)> done) {
  read_.reset();
  for (auto const& job : change.jobs) next_.batch.put(Table::jobs, job_key(job.id), encode(job));
  for (auto const& file : change.files) {
    next_.batch.put(Table::files, file_key(file.job, file.index), encode(file));
  }
  for (auto const& job : change.forget) {
    next_.batch.erase(Table::jobs, job_key(job));
    next_.batch.erase_prefix(Table::files, job_key(job));
  }
  if (change.durable) next_.sync = Sync::yes;
  // Only what is written lets go of a content.
  next_.waiting.push_back(
      [this, change = std::move(change), done = std::move(done)](Result<void> result) {
        if (result) {
          for (auto const& file : change.files) refs_.note(file);
          for (auto const& job : change.forget) refs_.forget(job);
        }
        done(std::move(result));
      });
  if (running_) return;
  running_ = true;
  // After what is posted already, so that changes of one turn share the write.
  work_.post([this] { begin(); });
}

void DatabaseLedger::begin() {
  auto const commit = std::make_shared<Commit>(std::exchange(next_, {}));
  work_.run_ledger([this, commit] {
    commit->result = database_.write(commit->batch, commit->sync);
    work_.post([this, commit] {
      for (auto const& done : commit->waiting) done(commit->result);
      running_ = !next_.waiting.empty();
      if (running_) begin();
    });
  });
}

}  // namespace freshet::store
