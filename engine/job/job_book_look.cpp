// What callers may see of jobs.
#include <algorithm>

#include "engine/base/url.h"
#include "engine/job/job_book.h"

namespace freshet {

namespace {

// Headers are for the owner alone: they carry credentials.
JobInfo shown(JobEntry const& job, TransferDesk const& desk, Caller const& caller) {
  auto info = info_of(job, desk);
  if (job.record.owner != caller.uid) info.spec.headers.clear();
  return info;
}

}  // namespace

Result<JobInfo> JobBook::job(Caller const& caller, JobId id) const {
  auto const job = find(caller, id);
  if (!job) return tl::unexpected(job.error());
  return shown(**job, ports_.transfers, caller);
}

std::vector<JobInfo> JobBook::list(std::function<bool(JobEntry const&)> const& chosen,
                                   Caller const& caller) const {
  std::vector<JobEntry const*> entries;
  for (auto const& [id, job] : table_.all()) {
    if (chosen(*job)) entries.push_back(job.get());
  }
  std::ranges::sort(entries, {}, [](JobEntry const* job) { return job->record.order; });
  std::vector<JobInfo> infos;
  infos.reserve(entries.size());
  for (auto const* job : entries) infos.push_back(shown(*job, ports_.transfers, caller));
  return infos;
}

std::vector<JobInfo> JobBook::jobs(Caller const& caller) const {
  return list([&](JobEntry const& job) { return job.record.owner == caller.uid; }, caller);
}

Result<std::vector<JobInfo>> JobBook::all_jobs(Caller const& caller) const {
  if (!caller.administrator) {
    return fail(Errc::access_denied, "jobs", "of everyone are shown to administrators only");
  }
  return list([](JobEntry const&) { return true; }, caller);
}

Result<std::vector<FileInfo>> JobBook::files(Caller const& caller, JobId id) const {
  auto const job = find(caller, id);
  if (!job) return tl::unexpected(job.error());
  std::vector<FileInfo> infos;
  for (auto const& file : (*job)->files) infos.push_back(info_of(file, ports_.transfers));
  return infos;
}

Result<std::string> JobBook::why(Caller const& caller, JobId id) const {
  auto const job = find(caller, id);
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
