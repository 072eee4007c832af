#include "engine/job/job_book.h"

#include <algorithm>
#include <utility>

#include "engine/base/assert.h"
#include "engine/job/spec_check.h"

namespace freshet {

namespace {

JobId make_id(Random& random) {
  JobId id;
  for (std::size_t i = 0; i < id.bytes.size(); i += 8) {
    auto const word = random.next();
    for (std::size_t k = 0; k < 8; ++k) id.bytes[i + k] = static_cast<std::byte>(word >> (8 * k));
  }
  id.bytes[6] = (id.bytes[6] & std::byte{0x0f}) | std::byte{0x40};  // RFC 9562 §5.4.
  id.bytes[8] = (id.bytes[8] & std::byte{0x3f}) | std::byte{0x80};
  return id;
}

// The store no longer has the bytes, or not the right ones: they must be fetched again.
bool is_lost(Errc code) {
  return code == Errc::not_found || code == Errc::file_changed || code == Errc::piece_mismatch ||
         code == Errc::digest_mismatch;
}

}  // namespace

JobBook::JobBook(JobPorts ports, JobOptions options)
    : ports_(std::move(ports)),
      options_(options),
      writer_({ports_.loop, ports_.clock, ports_.log, ports_.ledger}, table_,
              options.ledger_retry_delay),
      changes_(ports_.clock, writer_, ports_.transfers),
      runner_({ports_.loop, ports_.clock, ports_.random, ports_.log, ports_.transfers}, options_,
              table_, writer_, changes_),
      notices_({ports_.loop, ports_.clock, ports_.random, ports_.transfers}, options_, table_,
               writer_),
      archive_(ports_.notes, options_) {
  if (!ports_.let_go) ports_.let_go = [this](SpoolId spool) { ports_.store.release(spool); };
  runner_.set_release(ports_.let_go);
  changes_.set_events(this);
}

JobBook::~JobBook() {
  ports_.loop.cancel(retention_);
}

void JobBook::on_job(JobEvent const& event) {
  if (events_ != nullptr) events_->on_job(event);
  notices_.on_event(event);
  if (event.kind != JobEvent::Kind::state || event.job.state != JobState::transferred) return;
  if (auto const* const job = table_.find(event.job.id)) keep_arrivals(*job);
}

Result<JobEntry*> JobBook::find(Caller const& caller, JobId id) const {
  FRESHET_ASSERT(ports_.loop.in_loop());
  auto* const job = table_.find(id);
  if (job == nullptr) return fail(Errc::job_not_found, "job " + to_string(id), "is not known");
  if (!caller.administrator && job->record.owner != caller.uid) {
    return fail(Errc::access_denied, "job " + to_string(id), "belongs to another user");
  }
  return job;
}

Result<JobBook::Allowed> JobBook::allow(JobEntry& job, JobCall call, bool file_there) const {
  auto const refused = [&](Errc code, std::string why) {
    return fail(code, "job " + to_string(job.record.id), std::move(why));
  };
  if (job.ending) return refused(Errc::invalid_state, "is being ended by another call");
  auto facts = job.facts();
  facts.file_transferred = file_there;
  auto const next = state_after(call, job.record.state, facts);
  if (!next) return refused(next.error().code, next.error().why);
  return Allowed{job, *next};
}

Result<JobBook::Allowed> JobBook::allow(Caller const& caller, JobId id, JobCall call) const {
  auto const job = find(caller, id);
  if (!job) return tl::unexpected(job.error());
  return allow(**job, call);
}

void JobBook::answer_when_durable(Answer<void> answer) {
  writer_.then([answer = std::move(answer)](Result<void> const& saved) { answer(saved); });
}

JobEntry& JobBook::insert(Caller const& caller, NewJob&& job) {
  JobRecord record;
  record.id = job.id ? *job.id : make_id(ports_.random);
  record.spec = std::move(job.spec);
  record.owner = caller.uid;
  record.resumed = job.start;
  record.created = record.modified = ports_.clock.wall();
  record.state = job.start ? JobState::queued : JobState::suspended;
  auto& entry = table_.add(std::move(record));
  append(entry, std::move(job.files));
  return entry;
}

void JobBook::append(JobEntry& job, std::vector<FileSpec>&& files) {
  auto const& id = job.record.id;
  for (auto& spec : files) {
    auto const index = static_cast<std::uint32_t>(job.files.size());
    auto& file = job.files.emplace_back();
    file.record.job = id;
    file.record.index = index;
    file.record.spec = std::move(spec);
    job.totals.add(share_of(file));
    writer_.put_file(id, index);
  }
  job.record.file_count = static_cast<std::uint32_t>(job.files.size());
  writer_.put_job(id);
}

Result<void> JobBook::check_room(Caller const& caller, NewJob const& job) const {
  auto const limits = limits_for(caller, options_);
  if (auto checked = check_job(job.spec, limits); !checked) return checked;
  if (auto checked = check_files(job.files, 0, limits); !checked) return checked;
  if (job.start && job.files.empty()) return fail(Errc::job_empty, "job", "has no files");
  if (table_.size() >= limits.jobs_max) {
    return fail(Errc::too_many_jobs, "jobs", "there are " + std::to_string(table_.size()));
  }
  // Counting is slow, and pointless while there is room for all.
  bool const may_be_full = table_.size() >= limits.jobs_per_user_max;
  if (may_be_full && table_.size_of(caller.uid) >= limits.jobs_per_user_max) {
    return fail(Errc::too_many_jobs_of_user, "user " + std::to_string(caller.uid),
                "has " + std::to_string(limits.jobs_per_user_max) + " jobs");
  }
  return {};
}

void JobBook::create(Caller const& caller, NewJob job, Answer<JobId> answer) {
  if (auto const* const there = job.id ? table_.find(*job.id) : nullptr) {
    if (there->record.owner != caller.uid) {
      return answer(fail(Errc::invalid_argument, "job " + to_string(*job.id), "has a taken id"));
    }
    return writer_.then([id = *job.id, answer = std::move(answer)](Result<void> const& saved) {
      answer(saved ? Result<JobId>(id) : tl::unexpected(saved.error()));
    });
  }
  auto const checked = check_room(caller, job);
  if (!checked) return answer(tl::unexpected(checked.error()));
  bool const start = job.start;
  auto const id = insert(caller, std::move(job)).record.id;
  writer_.then([this, id, start, answer = std::move(answer)](Result<void> const& saved) {
    created(id, start, saved, answer);
  });
}

void JobBook::created(JobId id, bool start, Result<void> const& saved,
                      Answer<JobId> const& answer) {
  if (!saved) {
    table_.remove(id);
    return answer(tl::unexpected(saved.error()));
  }
  // With an id of the caller's own it may have been cancelled meanwhile.
  if (auto* const job = table_.find(id)) start ? runner_.run(*job) : changes_.created(*job);
  answer(id);
}

void JobBook::add_files(Caller const& caller, JobId id, std::vector<FileSpec> files,
                        Answer<void> answer) {
  auto const allowed = allow(caller, id, JobCall::add_files);
  if (!allowed) return answer(tl::unexpected(allowed.error()));
  auto& job = allowed->job;
  auto const checked = check_files(files, job.files.size(), limits_for(caller, options_));
  if (!checked) return answer(checked);
  append(job, std::move(files));
  changes_.touch(job);
  notices_.modified(job);
  runner_.refresh(job);
  answer_when_durable(std::move(answer));
}

void JobBook::resume(Caller const& caller, JobId id, Answer<void> answer) {
  auto const allowed = allow(caller, id, JobCall::resume);
  if (!allowed) return answer(tl::unexpected(allowed.error()));
  auto& job = allowed->job;
  job.record.resumed = true;
  job.record.transfer_time = Duration::zero();
  if (job.moving_since) job.moving_since = ports_.clock.now();
  changes_.move(job, allowed->next);
  changes_.touch(job);
  if (!is_running(allowed->next)) return answer_when_durable(std::move(answer));
  bool const runs = is_moving(allowed->next) && !job.parked;
  if (!runs) runner_.run(job);
  answer_when_durable(std::move(answer));
}

void JobBook::suspend(Caller const& caller, JobId id, Answer<void> answer) {
  auto const allowed = allow(caller, id, JobCall::suspend);
  if (!allowed) return answer(tl::unexpected(allowed.error()));
  runner_.halt(allowed->job);
  changes_.move(allowed->job, allowed->next);
  changes_.touch(allowed->job);
  answer_when_durable(std::move(answer));
}

void JobBook::cancel(Caller const& caller, JobId id, Answer<void> answer) {
  auto const allowed = allow(caller, id, JobCall::cancel);
  if (!allowed) return answer(tl::unexpected(allowed.error()));
  end(allowed->job, JobState::cancelled, std::move(answer));
}

void JobBook::complete(Caller const& caller, JobId id, Answer<Completion> answer) {
  auto const allowed = allow(caller, id, JobCall::complete);
  if (!allowed) return answer(tl::unexpected(allowed.error()));
  auto& job = allowed->job;
  runner_.halt(job);
  job.ending = true;
  auto done = [this, alive = std::weak_ptr(alive_), id,
               answer = std::move(answer)](JobCompletion::Outcome outcome) {
    if (!alive.expired()) placed(*table_.find(id), std::move(outcome), answer);
  };
  std::make_shared<JobCompletion>(job, ports_.store, options_.placements_active_max,
                                  std::move(done))
      ->start();
}

void JobBook::placed(JobEntry& job, JobCompletion::Outcome outcome,
                     Answer<Completion> const& answer) {
  if (outcome.error) {
    auto const error = outcome.error->error;
    not_placed(job, std::move(*outcome.error));
    return answer(tl::unexpected(error));
  }
  Completion completion;
  for (auto const& file : job.files) {
    ++(file.record.placed ? completion.files_placed : completion.files_dropped);
  }
  end(job, JobState::acknowledged, [answer, completion](Result<void> const& ended) {
    if (!ended) return answer(tl::unexpected(ended.error()));
    answer(completion);
  });
}

void JobBook::not_placed(JobEntry& job, JobError error) {
  job.ending = false;
  for (auto const& file : job.files) {
    if (file.record.placed) writer_.put_file(job.record.id, file.record.index);
  }
  // Complete stopped what was running; it waits for the next call.
  if (is_running(job.record.state)) changes_.move(job, JobState::suspended);
  lose_if_gone(job, std::move(error));
}

void JobBook::lose_if_gone(JobEntry& job, JobError error) {
  if (!is_lost(error.error.code)) return;
  runner_.halt(job);
  auto& file = job.files[*error.file];
  job.totals.remove(share_of(file));
  file.record.transferred = false;
  file.done = 0;
  job.totals.add(share_of(file));
  writer_.put_file(job.record.id, *error.file);
  changes_.fail(job, JobHappening::fatal_failure, std::move(error));
}

void JobBook::end(JobEntry& job, JobState final_state, std::function<void(Result<void>)> then) {
  runner_.halt(job);
  job.ending = true;
  auto const id = job.record.id;
  writer_.forget(id);
  writer_.then([this, id, final_state, then = std::move(then)](Result<void> const& saved) {
    auto& ended = *table_.find(id);
    if (!saved) {
      ended.ending = false;
      runner_.run(ended);
      return then(saved);
    }
    ended.record.state = final_state;
    ended.record.modified = ports_.clock.wall();
    archive_.keep(ended.record, ended.why, ended.record.modified);
    changes_.removed(ended);
    keep_arrivals(ended);
    let_go(ended);
    table_.remove(id);
    then({});
  });
}

void JobBook::let_go(JobEntry const& job) {
  for (auto const& file : job.files) {
    if (table_.unuse(file.record.spool)) ports_.let_go(file.record.spool);
  }
}

void JobBook::keep_arrivals(JobEntry const& job) {
  if (ports_.arrivals == nullptr) return;
  ports_.arrivals->keep(job, job.transfer_time(ports_.clock.now()));
}

void JobBook::stop(std::function<void()> done) {
  for (auto const& [id, job] : table_.all()) runner_.halt(*job);
  flush(std::move(done));
}

void JobBook::flush(std::function<void()> done) {
  writer_.then([done = std::move(done)](auto const&) { done(); });
}

}  // namespace freshet
