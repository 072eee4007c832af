#include "engine/job/job_runner.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "engine/base/trace.h"
#include "engine/job/retry_policy.h"
#include "engine/job/wish_of.h"

namespace freshet {

namespace {

// Empty: the application traces nothing.
std::string trace_of(JobSpec const& spec) {
  for (auto const& header : spec.headers) {
    if (!is_trace(header.name)) continue;
    if (auto const id = trace_id(header.value)) return std::string(*id);
  }
  return {};
}

}  // namespace

JobRunner::JobRunner(Ports ports, JobOptions const& options, JobTable& table, LedgerWriter& writer,
                     JobChanges& changes)
    : ports_(ports),
      options_(options),
      table_(table),
      writer_(writer),
      changes_(changes),
      turns_(options.background_jobs_max, options.time_slice) {}

JobRunner::~JobRunner() {
  ports_.loop.cancel(tick_);
  ports_.loop.cancel(turns_timer_);
  for (auto const& [wish, running] : running_) ports_.desk.drop(wish);
  for (auto const& [id, job] : table_.all()) ports_.loop.cancel(job->retry);
}

void JobRunner::run(JobEntry& job) {
  ports_.loop.cancel(std::exchange(job.retry, TimerId::none));
  job.last_progress = ports_.clock.now();
  job.first_pending = 0;
  job.parked = false;
  job.seen_done = progress_of(job, ports_.desk).bytes_done;
  if (admit(job)) refresh(job);
}

bool JobRunner::admit(JobEntry& job) {
  bool const waits = job.record.state == JobState::queued || is_moving(job.record.state);
  auto blocked = waits ? why_blocked(job.record.spec, conditions_) : std::nullopt;
  if (!blocked) return true;
  // Without a timer: what it waits for is a change of the conditions.
  halt(job);
  changes_.fail(job, JobHappening::transient_failure, {std::move(*blocked), std::nullopt});
  return false;
}

void JobRunner::refresh(JobEntry& job) {
  auto const& record = job.record;
  bool const runs = is_running(record.state) && record.state != JobState::transient_error;
  if (!runs) {
    turns_.leave(record.id);
    return queue_.remove(record.id);
  }
  turns_.want(record.id, record.spec.priority, record.order);
  schedule_fill();
  if (!job.next_waiting() || !turns_.has(record.id, record.spec.priority)) {
    queue_.remove(record.id);
  } else {
    queue_.put({record.spec.priority, job.active.size(), record.order, record.id});
  }
}

void JobRunner::preempt(JobEntry& job) {
  if (!job.active.empty()) changes_.happen(job, JobHappening::preempted);
  while (!job.active.empty()) retire(job, job.active.back());
  job.seen_done = progress_of(job, ports_.desk).bytes_done;
}

void JobRunner::renew(JobEntry& job) {
  preempt(job);
  if (admit(job)) refresh(job);
}

void JobRunner::halt(JobEntry& job) {
  ports_.loop.cancel(std::exchange(job.retry, TimerId::none));
  queue_.remove(job.record.id);
  turns_.leave(job.record.id);
  while (!job.active.empty()) retire(job, job.active.back());
  job.seen_done = progress_of(job, ports_.desk).bytes_done;
  job.meter.pause();
  schedule_fill();
}

void JobRunner::set_conditions(Conditions const& conditions) {
  auto const before = std::exchange(conditions_, conditions);
  for (auto const& [id, job] : table_.all()) {
    if (job->ending || job->parked) continue;
    auto const& record = job->record;
    bool const waits = record.state == JobState::transient_error && record.error;
    if (waits && ends_waiting(record.error->error.code, before, conditions)) {
      retry(*job);
    } else {
      static_cast<void>(admit(*job));
    }
  }
}

void JobRunner::retry(JobEntry& job) {
  ports_.loop.cancel(std::exchange(job.retry, TimerId::none));
  if (changes_.happen(job, JobHappening::retry_due) && admit(job)) refresh(job);
}

void JobRunner::schedule_fill() {
  if (std::exchange(fill_scheduled_, true)) return;
  ports_.loop.post([this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    fill_scheduled_ = false;
    fill();
  });
}

// Turns end and begin before slots are given out.
void JobRunner::change_turns() {
  auto const change = turns_.advance(ports_.clock.now());
  for (auto const& id : change.lost) {
    preempt(*table_.find(id));
    queue_.remove(id);
  }
  for (auto const& id : change.got) refresh(*table_.find(id));
  schedule_turns();
}

void JobRunner::schedule_turns() {
  ports_.loop.cancel(std::exchange(turns_timer_, TimerId::none));
  auto const next = turns_.next_change();
  if (!next) return;
  turns_timer_ = ports_.loop.at(*next, [this] {
    turns_timer_ = TimerId::none;
    fill();
  });
}

void JobRunner::fill() {
  change_turns();
  while (auto const next = queue_.next()) {
    bool const full = running_.size() - arrived_ >= options_.files_active_max;
    if (full && !make_room(next->priority)) break;
    start_next_of(*table_.find(next->job));
  }
  schedule_tick();
}

bool JobRunner::make_room(Priority wanted) {
  // What has arrived sorts before all others.
  auto const least = std::ranges::max_element(running_, {}, [](auto const& entry) {
    return std::tuple(!entry.second.arrived, entry.second.priority, entry.first);
  });
  if (least == running_.end() || least->second.arrived || least->second.priority <= wanted) {
    return false;
  }
  auto const victim = least->second;
  auto& job = *table_.find(victim.job);
  retire(job, victim.file);
  if (job.active.empty()) changes_.happen(job, JobHappening::preempted);
  refresh(job);
  return true;
}

void JobRunner::start_next_of(JobEntry& job) {
  auto const index = job.next_waiting();
  if (!index) return queue_.remove(job.record.id);
  auto& file = job.files[*index];
  job.totals.remove(share_of(file));
  file.counted = {};
  auto wish = wish_of(job.record, file.record);
  wish.preferred = file.preferred;
  file.wish = ports_.desk.want(std::move(wish), *this);
  job.active.push_back(*index);
  running_.emplace(file.wish, Running{job.record.id, *index, job.record.spec.priority});
  changes_.happen(job, JobHappening::slot);
  refresh(job);
}

void JobRunner::retire(JobEntry& job, std::uint32_t index) {
  auto& file = job.files[index];
  file.done = share_of(file, ports_.desk.progress(file.wish)).done;
  count(file);
  job.why.put(index, ports_.desk.why(file.wish), options_.why_chars_max);
  if (auto answer = ports_.desk.answer(file.wish)) file.answer = std::move(answer);
  auto const running = running_.find(file.wish);
  if (running->second.arrived) --arrived_;
  running_.erase(running);
  ports_.desk.drop(std::exchange(file.wish, WishId::none));
  std::erase(job.active, index);
  job.first_pending = std::min(job.first_pending, index);
  job.totals.add(share_of(file));
  writer_.put_file(job.record.id, index, LedgerWriter::Keep::noted);
}

void JobRunner::set_spool(FileEntry& file, SpoolId spool) {
  if (file.record.spool == spool) return;
  table_.use(spool);
  if (table_.unuse(file.record.spool) && release_) release_(file.record.spool);
  file.record.spool = spool;
}

void JobRunner::on_spool(WishId wish, SpoolId spool, Bytes length, Validator const& validator) {
  auto const running = running_.find(wish);
  if (running == running_.end()) return;
  auto& job = *table_.find(running->second.job);
  auto& file = job.files[running->second.file];
  // A spool in place of another lets go of that one.
  bool const first = file.record.spool == SpoolId::none || file.record.spool == spool;
  set_spool(file, spool);
  file.record.length = length;
  file.record.validator = validator;
  writer_.put_file(job.record.id, running->second.file,
                   first ? LedgerWriter::Keep::noted : LedgerWriter::Keep::durable);
  changes_.happen(job, JobHappening::data);
  if (!too_large(job)) return;
  met(job,
      {{Errc::size_limit_reached, file.record.spec.path, "the files are larger together"}, {}});
}

bool JobRunner::too_large(JobEntry const& job) const {
  if (!job.record.spec.size_max) return false;
  Bytes wanted = 0;
  for (auto const& file : job.files) {
    wanted += wanted_bytes(file.record.spec, file.record.length).value_or(0);
  }
  return wanted > *job.record.spec.size_max;
}

void JobRunner::on_arrived(WishId wish) {
  auto const running = running_.find(wish);
  if (running == running_.end() || std::exchange(running->second.arrived, true)) return;
  ++arrived_;
  schedule_fill();
}

void JobRunner::on_transferred(WishId wish, WishResult result) {
  auto const running = running_.find(wish);
  if (running == running_.end()) return;
  auto& job = *table_.find(running->second.job);
  auto const index = running->second.file;
  auto& file = job.files[index];
  retire(job, index);
  job.totals.remove(share_of(file));
  set_spool(file, result.spool);
  file.record.length = result.length;
  file.record.content = result.content;
  file.record.trust = result.trust;
  file.record.signer = result.signer;
  file.record.transferred = true;
  file.record.told = !job.record.spec.notify.file_transferred;
  file.record.modified = result.modified;
  file.done = wanted_bytes(file.record.spec, result.length).value_or(0);
  job.totals.add(share_of(file));
  job.last_progress = ports_.clock.now();
  job.failures = 0;
  changes_.happen(job, JobHappening::data);
  changes_.file_transferred(job, index);
  settle(job);
}

void JobRunner::settle(JobEntry& job) {
  if (job.all_transferred()) {
    queue_.remove(job.record.id);
    turns_.leave(job.record.id);
    changes_.happen(job, JobHappening::transferred);
  } else {
    refresh(job);
  }
  schedule_fill();
}

void JobRunner::on_failed(WishId wish, Error error) {
  auto const running = running_.find(wish);
  if (running == running_.end()) return;
  auto& job = *table_.find(running->second.job);
  met(job, {std::move(error), running->second.file});
}

void JobRunner::met(JobEntry& job, JobError error) {
  ports_.log.write(LogLevel::warn, "job stopped by an error",
                   {{"job", to_string(job.record.id)},
                    {"trace", trace_of(job.record.spec)},
                    {"error", describe(error.error)}});
  // A job is a unit: one file that fails stops all of its files.
  halt(job);
  if (is_transient(error.error.code)) {
    met_transient(job, std::move(error));
  } else {
    changes_.fail(job, JobHappening::fatal_failure, std::move(error));
  }
  schedule_fill();
}

// The last attempt is made when the timeout runs out. A delay longer than all of it leaves nothing
// to wait for.
void JobRunner::met_transient(JobEntry& job, JobError error) {
  auto const& spec = job.record.spec;
  auto const now = ports_.clock.now();
  auto const timeout = no_progress_timeout(options_, spec);
  auto const deadline = job.last_progress + timeout;
  auto const delay = retry_delay(options_, spec, job.failures++, ports_.random);
  if (delay > timeout || now >= deadline) {
    return changes_.fail(job, JobHappening::no_progress, std::move(error));
  }
  changes_.fail(job, JobHappening::transient_failure, std::move(error));
  auto const due = std::min(now + delay, deadline);
  job.retry = ports_.loop.at(due, [this, id = job.record.id] {
    auto& waiting = *table_.find(id);
    waiting.retry = TimerId::none;
    retry(waiting);
  });
}

void JobRunner::forget_bytes(JobEntry& job, std::uint32_t index) {
  auto& file = job.files[index];
  job.totals.remove(share_of(file));
  set_spool(file, SpoolId::none);
  auto& record = file.record;
  record.length.reset();
  record.validator = {};
  record.content.reset();
  record.trust.reset();
  record.signer.clear();
  record.modified.reset();
  record.transferred = record.validated = record.told = false;
  file.done = 0;
  job.totals.add(share_of(file));
  job.first_pending = std::min(job.first_pending, index);
  writer_.put_file(job.record.id, index);
}

void JobRunner::schedule_tick() {
  if (tick_ != TimerId::none || running_.empty()) return;
  tick_ = ports_.loop.at(ports_.clock.now() + options_.progress_interval, [this] {
    tick_ = TimerId::none;
    tick();
    schedule_tick();
  });
}

void JobRunner::tick() {
  save_counters();
  save_records();
  std::set<JobId> jobs;
  for (auto const& [wish, running] : running_) jobs.insert(running.job);
  for (auto const& id : jobs) measure(*table_.find(id));
  for (auto const& id : jobs) {
    auto& job = *table_.find(id);
    if (!time_over(job)) continue;
    met(job, {{Errc::transfer_time_over, "job " + to_string(id), "ran as long as it may"}, {}});
  }
}

bool JobRunner::time_over(JobEntry const& job) const {
  auto const own = job.record.spec.transfer_time_max;
  auto const most = own > Duration::zero() ? own : options_.transfer_time_max;
  return job.transfer_time(ports_.clock.now()) > most;
}

void JobRunner::count(FileEntry& file) {
  auto const live = ports_.desk.progress(file.wish);
  auto const share = share_of(file, live);
  file.record.from_origin = share.from_origin;
  file.record.from_cache_hosts += live.from_cache_hosts - file.counted.from_cache_hosts;
  file.record.from_peers = share.from_peers;
  file.record.wasted = share.wasted;
  file.counted = live;
}

void JobRunner::save_counters() {
  auto const now = ports_.clock.now();
  if (now < counters_due_) return;
  counters_due_ = now + options_.counters_interval;
  for (auto const& [wish, running] : running_) {
    count(table_.find(running.job)->files[running.file]);
    writer_.put_file(running.job, running.file, LedgerWriter::Keep::noted);
  }
}

// Who is killed shall still know what happened until shortly before.
void JobRunner::save_records() {
  auto const now = ports_.clock.now();
  if (!records_due_) records_due_ = now + options_.why_interval;
  if (now < *records_due_) return;
  records_due_ = now + options_.why_interval;
  for (auto const& [wish, running] : running_) {
    auto& job = *table_.find(running.job);
    job.why.put(running.file, ports_.desk.why(wish), options_.why_chars_max);
    job.record.why = job.why.text();
    writer_.put_job(running.job, LedgerWriter::Keep::noted);
  }
}

void JobRunner::measure(JobEntry& job) {
  auto const now = ports_.clock.now();
  auto const done = progress_of(job, ports_.desk).bytes_done;
  job.meter.measure(now, done);
  if (done > job.seen_done) {
    job.last_progress = now;
    job.failures = 0;
    job.record.modified = ports_.clock.wall();
    changes_.happen(job, JobHappening::data);
  }
  job.seen_done = done;
  changes_.progressed(job);
}

}  // namespace freshet
