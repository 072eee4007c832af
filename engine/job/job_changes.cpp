#include "engine/job/job_changes.h"

namespace freshet {

namespace {

LedgerWriter::Keep keep_of(JobState state) {
  bool const runs =
      state == JobState::queued || state == JobState::connecting || state == JobState::transferring;
  return runs ? LedgerWriter::Keep::noted : LedgerWriter::Keep::durable;
}

}  // namespace

JobChanges::JobChanges(Clock const& clock, LedgerWriter& writer, TransferDesk const& desk)
    : clock_(clock), writer_(writer), desk_(desk) {}

bool JobChanges::happen(JobEntry& job, JobHappening happening) {
  auto const next = state_after(happening, job.record.state);
  if (next) move(job, *next);
  return next.has_value();
}

void JobChanges::move(JobEntry& job, JobState state) {
  auto& record = job.record;
  if (record.state == state) return;
  keep_time(job, state);
  record.state = state;
  record.modified = clock_.wall();
  if (state == JobState::transferred || state == JobState::error) settle(job);
  remember(job);
  if (state == JobState::transferred) record.transferred = record.modified;
  if (state != JobState::error && state != JobState::transient_error) record.error.reset();
  auto const keep = keep_of(state);
  writer_.put_job(record.id, keep);
  tell_when_kept({JobEvent::Kind::state, info_of(job, desk_)}, keep);
}

void JobChanges::fail(JobEntry& job, JobHappening failure, JobError error) {
  auto const next = state_after(failure, job.record.state);
  if (!next) return;
  job.record.error = std::move(error);
  ++job.record.error_count;
  if (job.record.state != *next) return move(job, *next);
  settle(job);
  job.record.why = job.why.text();
  writer_.put_job(job.record.id);
  tell_when_kept({JobEvent::Kind::state, info_of(job, desk_)}, LedgerWriter::Keep::durable);
}

void JobChanges::remember(JobEntry& job) {
  auto& record = job.record;
  bool const failed = record.state == JobState::error || record.state == JobState::transient_error;
  bool const why = failed && record.error;
  job.why.moved(record.modified, to_string(record.state), why ? &record.error->error : nullptr);
  record.why = job.why.text();
}

void JobChanges::settle(JobEntry& job) {
  ++job.settled;
  job.record.notified = false;
}

void JobChanges::keep_time(JobEntry& job, JobState next) {
  auto const now = clock_.now();
  if (job.moving_since && !is_moving(next)) {
    job.record.transfer_time = job.transfer_time(now);
    job.moving_since.reset();
  }
  if (!job.moving_since && is_moving(next)) job.moving_since = now;
}

void JobChanges::touch(JobEntry& job) {
  job.record.modified = clock_.wall();
  writer_.put_job(job.record.id);
}

void JobChanges::file_transferred(JobEntry& job, std::uint32_t file) {
  writer_.put_file(job.record.id, file);
  if (events_ == nullptr) return;
  tell_when_kept({JobEvent::Kind::file_transferred, info_of(job, desk_), file},
                 LedgerWriter::Keep::durable);
}

void JobChanges::created(JobEntry const& job) {
  tell({JobEvent::Kind::state, info_of(job, desk_)});
}

void JobChanges::removed(JobEntry const& job) {
  tell({JobEvent::Kind::removed, info_of(job, desk_)});
}

void JobChanges::progressed(JobEntry const& job) {
  if (events_ != nullptr) tell({JobEvent::Kind::progress, info_of(job, desk_)});
}

void JobChanges::tell(JobEvent event) {
  if (events_ != nullptr) events_->on_job(event);
}

void JobChanges::tell_when_kept(JobEvent event, LedgerWriter::Keep keep) {
  auto told = [this, alive = std::weak_ptr(alive_), event = std::move(event)](auto const&) {
    if (!alive.expired()) tell(event);
  };
  writer_.then(std::move(told), keep);
}

}  // namespace freshet
