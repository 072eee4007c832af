// How jobs of an earlier run are taken up, and how old ones end.
#include <algorithm>
#include <chrono>
#include <unordered_map>

#include "engine/job/job_book.h"

namespace freshet {

namespace {

constexpr Duration kRetentionCheck = std::chrono::hours{1};

using FilesByJob = std::map<JobId, std::vector<FileRecord>>;

FilesByJob by_job(std::vector<FileRecord>&& files) {
  FilesByJob sorted;
  for (auto& file : files) sorted[file.job].push_back(std::move(file));
  for (auto& [id, list] : sorted) std::ranges::sort(list, {}, &FileRecord::index);
  return sorted;
}

// Every index once, from 0.
bool is_whole(std::vector<FileRecord> const& files, std::uint32_t count) {
  if (files.size() != count) return false;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (files[i].index != i) return false;
  }
  return true;
}

void count_present(FileEntry& file, std::unordered_map<SpoolId, Bytes> const& present) {
  auto const wanted = wanted_bytes(file.record.spec, file.record.length);
  auto const found = present.find(file.record.spool);
  if (file.record.transferred) {
    file.done = wanted.value_or(0);
  } else if (wanted && found != present.end()) {
    file.done = std::min(*wanted, found->second);
  }
}

}  // namespace

Result<void> JobBook::recover() {
  auto contents = ports_.ledger.load();
  if (!contents) return tl::unexpected(contents.error());
  if (auto loaded = archive_.load(ports_.clock.wall()); !loaded) return loaded;
  auto files = by_job(std::move(contents->files));
  std::ranges::sort(contents->jobs, {}, &JobRecord::order);
  for (auto& record : contents->jobs) {
    auto const id = record.id;
    if (is_final(record.state)) {
      writer_.forget(id);
    } else {
      take_up(std::move(record), std::move(files[id]));
    }
  }
  std::unordered_map<SpoolId, Bytes> present;
  for (auto const& content : ports_.store.list()) present[content.spool] = content.present;
  for (auto const& [id, job] : table_.all()) {
    for (auto& file : job->files) {
      count_present(file, present);
      job->totals.add(share_of(file));
    }
    restart(*job);
    notices_.take_up(*job);
  }
  retire_old();
  return {};
}

void JobBook::take_up(JobRecord record, std::vector<FileRecord> files) {
  bool const whole = is_whole(files, record.file_count);
  auto& job = table_.add(std::move(record));
  job.why.set_earlier(job.record.why);
  for (auto& file : files) {
    table_.use(file.spool);
    job.files.emplace_back().record = std::move(file);
  }
  if (whole) return;
  job.record.file_count = static_cast<std::uint32_t>(job.files.size());
  job.record.state = JobState::error;
  job.record.error = {{Errc::store_corrupt, "job " + to_string(job.record.id), "lost files"}, {}};
}

void JobBook::restart(JobEntry& job) {
  auto& record = job.record;
  if (auto const next = state_after(JobHappening::restart, record.state)) {
    // Not written: after the next restart it would be found the same way.
    record.state = *next;
    record.error.reset();
  }
  if (!is_running(record.state)) return;
  if (job.all_transferred()) {
    changes_.happen(job, JobHappening::transferred);
  } else if (options_.autostart) {
    runner_.run(job);
  } else {
    job.parked = true;
  }
}

void JobBook::schedule_retention() {
  retention_ = ports_.loop.at(ports_.clock.now() + kRetentionCheck, [this] { retire_old(); });
}

// Why a job ends that nobody ended.
std::optional<Error> JobBook::too_old(JobRecord const& job) const {
  auto const now = ports_.clock.wall();
  auto const limit = [](Duration span) {
    return std::chrono::floor<std::chrono::milliseconds>(span);
  };
  auto const where = "job " + to_string(job.id);
  if (job.created < now - limit(options_.retention)) {
    return Error{Errc::job_too_old, where, "was not ended in time"};
  }
  bool const idles = options_.inactivity > Duration::zero();
  if (idles && std::max(job.created, job.modified) < now - limit(options_.inactivity)) {
    return Error{Errc::job_too_old, where, "nothing happened to it for too long"};
  }
  return std::nullopt;
}

void JobBook::retire_old() {
  std::vector<JobEntry*> old;
  for (auto const& [id, job] : table_.all()) {
    if (job->ending) continue;
    auto why = too_old(job->record);
    if (!why) continue;
    job->record.error = JobError{std::move(*why), std::nullopt};
    old.push_back(job.get());
  }
  for (auto* const job : old) {
    auto const id = to_string(job->record.id);
    ports_.log.write(LogLevel::info, "job too old: cancelled", {{"job", id}});
    end(*job, JobState::cancelled, [](auto const&) {});
  }
  schedule_retention();
}

}  // namespace freshet
