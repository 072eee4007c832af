// What callers may see of jobs.
#include <algorithm>

#include "engine/base/url.h"
#include "engine/job/job_book.h"

namespace freshet {

namespace {

// Headers and certificate are for the owner alone.
JobInfo shown(JobEntry const& job, TransferDesk const& desk, Caller const& caller) {
  auto info = info_of(job, desk);
  if (job.record.owner != caller.uid) {
    info.spec.headers.clear();
    info.spec.http.drop_secrets();
  }
  return info;
}

FileUse use_of(FileEntry const& file, TransferDesk const& desk) {
  auto const& record = file.record;
  auto const live = file.wish == WishId::none ? WishProgress{} : desk.progress(file.wish);
  auto const share = file.wish == WishId::none ? share_of(file) : share_of(file, live);
  FileUse use;
  use.index = record.index;
  use.content = record.content;
  use.length = live.length ? live.length : record.length;
  use.done = share.done;
  use.transferred = record.transferred;
  use.active = file.wish != WishId::none;
  if (!record.spec.urls.empty()) use.url = redact(record.spec.urls.front());
  use.path = record.spec.path;
  use.from_origin = share.from_origin;
  use.from_peers = share.from_peers;
  use.from_cache_hosts = record.from_cache_hosts;
  if (use.active) use.from_cache_hosts += live.from_cache_hosts - file.counted.from_cache_hosts;
  use.connections = live.connections;
  return use;
}

std::vector<JobInfo> shown(std::vector<JobEntry const*> const& jobs, TransferDesk const& desk,
                           Caller const& caller) {
  std::vector<JobInfo> infos;
  infos.reserve(jobs.size());
  for (auto const* job : jobs) infos.push_back(shown(*job, desk, caller));
  return infos;
}

Result<void> may_see_all(Caller const& caller) {
  if (caller.administrator) return {};
  return fail(Errc::access_denied, "jobs", "of everyone are shown to administrators only");
}

}  // namespace

Result<JobInfo> JobBook::job(Caller const& caller, JobId id) const {
  auto const job = find(caller, id);
  if (!job) return tl::unexpected(job.error());
  return shown(**job, ports_.transfers, caller);
}

std::vector<JobEntry const*> JobBook::list(Caller const& caller, bool all,
                                           std::uint64_t after) const {
  std::vector<JobEntry const*> entries;
  for (auto const& [id, job] : table_.all()) {
    bool const chosen = all || job->record.owner == caller.uid;
    if (chosen && job->record.order > after) entries.push_back(job.get());
  }
  std::ranges::sort(entries, {}, [](JobEntry const* job) { return job->record.order; });
  return entries;
}

std::vector<JobInfo> JobBook::jobs(Caller const& caller) const {
  return shown(list(caller, false), ports_.transfers, caller);
}

Result<std::vector<JobInfo>> JobBook::all_jobs(Caller const& caller) const {
  if (auto const may = may_see_all(caller); !may) return tl::unexpected(may.error());
  return shown(list(caller, true), ports_.transfers, caller);
}

Result<JobPage> JobBook::page(Caller const& caller, JobPageWish const& wish) const {
  auto const may = wish.all ? may_see_all(caller) : Result<void>();
  if (!may) return tl::unexpected(may.error());
  auto entries = list(caller, wish.all, wish.after);
  auto const count_max = std::max<std::size_t>(wish.count_max, 1);
  JobPage page;
  if (entries.size() > count_max) {
    entries.resize(count_max);
    page.next = entries.back()->record.order;
  }
  page.jobs = shown(entries, ports_.transfers, caller);
  return page;
}

Result<std::vector<FileInfo>> JobBook::files(Caller const& caller, JobId id) const {
  auto const job = find(caller, id);
  if (!job) return tl::unexpected(job.error());
  std::vector<FileInfo> infos;
  for (auto const& file : (*job)->files) {
    auto& info = infos.emplace_back(info_of(file, ports_.transfers));
    if (file.record.spool == SpoolId::none || file.record.placed) continue;
    info.temporary_path = ports_.store.path_of(file.record.spool);
  }
  return infos;
}

Result<HttpAnswer> JobBook::answer(Caller const& caller, JobId id, std::uint32_t index) const {
  auto const job = find(caller, id);
  if (!job) return tl::unexpected(job.error());
  if ((*job)->record.owner != caller.uid) {
    return fail(Errc::access_denied, "job " + to_string(id), "shows answers to its owner alone");
  }
  auto const file = file_of(**job, index);
  if (!file) return tl::unexpected(file.error());
  bool const active = (*file)->wish != WishId::none;
  auto const live = active ? ports_.transfers.answer((*file)->wish) : nullptr;
  auto const& last = live ? live : (*file)->answer;
  if (last) return *last;
  return fail(Errc::not_yet, "file " + std::to_string(index), "no server has answered");
}

Result<SpoolId> JobBook::spool_of(Caller const& caller, JobId id, std::uint32_t index) const {
  auto const job = find(caller, id);
  if (!job) return tl::unexpected(job.error());
  auto const file = file_of(**job, index);
  if (!file) return tl::unexpected(file.error());
  auto const spool = (*file)->record.spool;
  if (spool != SpoolId::none) return spool;
  return fail(Errc::not_yet, "file " + std::to_string(index), "has no content");
}

std::optional<JobId> JobBook::holder_of(ContentId const& content) const {
  for (auto const& [id, job] : table_.all()) {
    for (auto const& file : job->files) {
      bool const needs = file.record.spool != SpoolId::none && !file.record.placed;
      if (needs && file.record.content == content) return id;
    }
  }
  return std::nullopt;
}

std::vector<FileUse> JobBook::file_uses(Caller const& caller) const {
  std::vector<FileUse> uses;
  auto const now = ports_.clock.now();
  for (auto const& [id, job] : table_.all()) {
    if (!caller.administrator && job->record.owner != caller.uid) continue;
    for (auto const& file : job->files) {
      auto use = use_of(file, ports_.transfers);
      use.job = id;
      use.owner = job->record.owner;
      use.state = job->record.state;
      use.priority = job->record.spec.priority;
      use.transfer_time = job->transfer_time(now);
      uses.push_back(std::move(use));
    }
  }
  return uses;
}

Result<std::string> JobBook::why(Caller const& caller, JobId id) const {
  auto const job = find(caller, id);
  if (!job && job.error().code == Errc::job_not_found) {
    if (auto kept = archive_.find(caller, id)) return std::move(*kept);
  }
  if (!job) return tl::unexpected(job.error());
  auto log = (*job)->why;
  for (auto const index : (*job)->active) {
    log.put(index, ports_.transfers.why((*job)->files[index].wish), options_.why_chars_max);
  }
  return log.text();
}

Result<ErrorReport> JobBook::error(Caller const& caller, JobId id) const {
  auto const job = find(caller, id);
  if (!job) return tl::unexpected(job.error());
  if (auto const allowed = allow(**job, JobCall::get_error); !allowed) {
    return tl::unexpected(allowed.error());
  }
  auto const& error = (*job)->record.error;
  if (!error) return fail(Errc::error_unavailable, "job " + to_string(id), "has none");
  ErrorReport report{*error, context_of(error->error.code), {}, {}, {}};
  if (!error->file || *error->file >= (*job)->files.size()) return report;
  auto const& spec = (*job)->files[*error->file].record.spec;
  report.path = spec.path;
  if (spec.urls.empty()) return report;
  report.url = redact(spec.urls.front());
  bool const remote =
      report.context == ErrorContext::remote_file || report.context == ErrorContext::transport;
  if (remote) report.protocol = report.url.substr(0, report.url.find(':'));
  return report;
}

}  // namespace freshet
