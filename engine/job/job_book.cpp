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
              table_, writer_, changes_) {
  if (!ports_.let_go) ports_.let_go = [this](SpoolId spool) { ports_.store.release(spool); };
  runner_.set_release(ports_.let_go);
}

JobBook::~JobBook() {
  ports_.loop.cancel(retention_);
}

Result<JobEntry*> JobBook::find(JobId id) const {
  FRESHET_ASSERT(ports_.loop.in_loop());
  if (auto* const job = table_.find(id)) return job;
  return fail(Errc::job_not_found, "job " + to_string(id), "is not known");
}

Result<JobBook::Allowed> JobBook::allow(JobId id, JobCall call) const {
  auto const job = find(id);
  if (!job) return tl::unexpected(job.error());
  auto const refused = [&](Errc code, std::string why) {
    return fail(code, "job " + to_string(id), std::move(why));
  };
  if ((*job)->ending) return refused(Errc::invalid_state, "is being ended by another call");
  auto const next = state_after(call, (*job)->record.state, (*job)->files_view());
  if (!next) return refused(next.error().code, next.error().why);
  return Allowed{**job, *next};
}

void JobBook::answer_when_durable(Answer<void> answer) {
  writer_.then([answer = std::move(answer)](Result<void> const& saved) { answer(saved); });
}

JobEntry& JobBook::insert(NewJob&& job) {
  JobRecord record;
  record.id = make_id(ports_.random);
  record.spec = std::move(job.spec);
  record.owner = job.owner;
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

void JobBook::create(NewJob job, Answer<JobId> answer) {
  auto checked = check_job(job.spec, options_);
  if (checked) checked = check_files(job.files, 0, options_);
  if (checked && job.start && job.files.empty()) checked = fail(Errc::job_empty, "job", "no files");
  if (checked && table_.size() >= options_.jobs_max) {
    checked = fail(Errc::limit_reached, "jobs", "there are too many");
  }
  if (!checked) return answer(tl::unexpected(checked.error()));
  bool const start = job.start;
  auto const id = insert(std::move(job)).record.id;
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
  if (start) runner_.run(*table_.find(id));
  answer(id);
}

void JobBook::add_files(JobId id, std::vector<FileSpec> files, Answer<void> answer) {
  auto const allowed = allow(id, JobCall::add_files);
  if (!allowed) return answer(tl::unexpected(allowed.error()));
  auto& job = allowed->job;
  auto const checked = check_files(files, job.files.size(), options_);
  if (!checked) return answer(checked);
  append(job, std::move(files));
  runner_.refresh(job);
  answer_when_durable(std::move(answer));
}

void JobBook::resume(JobId id, Answer<void> answer) {
  auto const allowed = allow(id, JobCall::resume);
  if (!allowed) return answer(tl::unexpected(allowed.error()));
  changes_.move(allowed->job, allowed->next);
  runner_.run(allowed->job);
  answer_when_durable(std::move(answer));
}

void JobBook::suspend(JobId id, Answer<void> answer) {
  auto const allowed = allow(id, JobCall::suspend);
  if (!allowed) return answer(tl::unexpected(allowed.error()));
  runner_.halt(allowed->job);
  changes_.move(allowed->job, allowed->next);
  answer_when_durable(std::move(answer));
}

void JobBook::configure(JobId id, JobSpec spec, Answer<void> answer) {
  auto const allowed = allow(id, JobCall::set_property);
  if (!allowed) return answer(tl::unexpected(allowed.error()));
  if (auto const checked = check_job(spec, options_); !checked) return answer(checked);
  auto& job = allowed->job;
  job.record.spec = std::move(spec);
  writer_.put_job(id);
  runner_.renew(job);
  answer_when_durable(std::move(answer));
}

void JobBook::cancel(JobId id, Answer<void> answer) {
  auto const allowed = allow(id, JobCall::cancel);
  if (!allowed) return answer(tl::unexpected(allowed.error()));
  end(allowed->job, JobState::cancelled, std::move(answer));
}

void JobBook::complete(JobId id, Answer<Completion> answer) {
  auto const allowed = allow(id, JobCall::complete);
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
  if (!is_lost(error.error.code)) return;
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
    changes_.removed(ended);
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

Result<JobInfo> JobBook::job(JobId id) const {
  auto const job = find(id);
  if (!job) return tl::unexpected(job.error());
  return info_of(**job, ports_.transfers);
}

std::vector<JobInfo> JobBook::jobs() const {
  std::vector<JobEntry const*> entries;
  for (auto const& [id, job] : table_.all()) entries.push_back(job.get());
  std::ranges::sort(entries, {}, [](JobEntry const* job) { return job->record.order; });
  std::vector<JobInfo> infos;
  infos.reserve(entries.size());
  for (auto const* job : entries) infos.push_back(info_of(*job, ports_.transfers));
  return infos;
}

Result<std::vector<FileInfo>> JobBook::files(JobId id) const {
  auto const job = find(id);
  if (!job) return tl::unexpected(job.error());
  std::vector<FileInfo> infos;
  for (auto const& file : (*job)->files) infos.push_back(info_of(file, ports_.transfers));
  return infos;
}

Result<std::string> JobBook::why(JobId id) const {
  auto const job = find(id);
  if (!job) return tl::unexpected(job.error());
  auto log = (*job)->why;
  for (auto const index : (*job)->active) {
    log.put(index, ports_.transfers.why((*job)->files[index].wish), options_.why_chars_max);
  }
  return log.text();
}

void JobBook::stop(std::function<void()> done) {
  for (auto const& [id, job] : table_.all()) runner_.halt(*job);
  flush(std::move(done));
}

void JobBook::flush(std::function<void()> done) {
  writer_.then([done = std::move(done)](auto const&) { done(); });
}

}  // namespace freshet
