// What callers may change of jobs and their files besides their state.
#include <algorithm>
#include <utility>

#include "engine/base/client_certificate.h"
#include "engine/base/url.h"
#include "engine/job/file_change.h"
#include "engine/job/job_book.h"
#include "engine/job/spec_check.h"

namespace freshet {

namespace {

// Whether a transfer under way goes on differently with the other settings.
bool concerns_transfers(JobSpec const& a, JobSpec const& b) {
  return a.priority != b.priority || a.headers != b.headers || a.proxy != b.proxy ||
         a.ca_file != b.ca_file || a.allow_downgrade != b.allow_downgrade || a.http != b.http ||
         a.connections != b.connections || a.limit != b.limit || a.costs != b.costs ||
         a.signed_by != b.signed_by || a.size_max != b.size_max ||
         a.validate_first != b.validate_first;
}

// Nobody is shown a key, and only owners their certificate: what was shown stands for all of it.
void keep_key(std::string& asked, std::string const& now, bool owns) {
  if (!owns || (!asked.empty() && asked == certificates_of(now))) asked = now;
}

std::string without_credentials(std::string const& text) {
  auto url = parse_url(text);
  if (!url || url->userinfo.empty()) return text;
  url->userinfo.clear();
  return to_string(*url);
}

}  // namespace

Result<void> JobBook::check_fixed(JobEntry& job, JobSpec const& spec) const {
  auto const& now = job.record.spec;
  auto const check = [&](bool changes, JobCall call) -> Result<void> {
    if (!changes) return {};
    if (auto const allowed = allow(job, call); !allowed) return tl::unexpected(allowed.error());
    return {};
  };
  if (auto fixed = check(now.size_max != spec.size_max, JobCall::set_before_resume); !fixed) {
    return fixed;
  }
  return check(now.validate_first != spec.validate_first, JobCall::set_before_files);
}

void JobBook::configure(Caller const& caller, JobId id, JobSpec spec, Answer<void> answer) {
  auto const allowed = allow(caller, id, JobCall::set_property);
  if (!allowed) return answer(tl::unexpected(allowed.error()));
  auto& job = allowed->job;
  // An administrator does not see them, so that they cannot be meant.
  auto const& now = job.record.spec;
  bool const owns = job.record.owner == caller.uid;
  if (!owns) {
    spec.headers = now.headers;
    spec.http.digest_credentials = now.http.digest_credentials;
  }
  keep_key(spec.http.client_certificate, now.http.client_certificate, owns);
  if (auto const checked = check_job(spec, limits_for(caller, options_)); !checked) {
    return answer(checked);
  }
  if (auto const checked = check_fixed(job, spec); !checked) return answer(checked);
  bool const anew = concerns_transfers(job.record.spec, spec);
  job.record.spec = std::move(spec);
  changes_.touch(job);
  if (anew && !job.parked) runner_.renew(job);
  notices_.modified(job);
  notices_.look(job);
  answer_when_durable(std::move(answer));
}

Result<FileEntry*> JobBook::file_of(JobEntry& job, std::uint32_t file) const {
  if (file < job.files.size()) return &job.files[file];
  return fail(Errc::not_found, "file " + std::to_string(file),
              "the job has " + std::to_string(job.files.size()) + " files");
}

void JobBook::put_urls(JobEntry& job, std::uint32_t file, std::vector<std::string> urls) {
  job.files[file].record.spec.urls = std::move(urls);
  writer_.put_file(job.record.id, file);
}

void JobBook::set_urls(Caller const& caller, JobId id, std::uint32_t index,
                       std::vector<std::string> urls, Answer<void> answer) {
  auto const allowed = allow(caller, id, JobCall::rename_remote);
  if (!allowed) return answer(tl::unexpected(allowed.error()));
  auto& job = allowed->job;
  auto const file = file_of(job, index);
  if (!file) return answer(tl::unexpected(file.error()));
  auto spec = (*file)->record.spec;
  spec.urls = urls;
  auto const checked = check_files(std::span(&spec, 1), 0, limits_for(caller, options_));
  if (!checked) return answer(checked);
  put_urls(job, index, std::move(urls));
  changes_.touch(job);
  if (!(*file)->record.transferred && !job.parked) runner_.renew(job);
  notices_.modified(job);
  answer_when_durable(std::move(answer));
}

void JobBook::change_file(Caller const& caller, JobId id, std::uint32_t index, FileChange change,
                          Answer<void> answer) {
  auto const allowed = allow(caller, id, JobCall::set_file_property);
  if (!allowed) return answer(tl::unexpected(allowed.error()));
  auto& job = allowed->job;
  auto const file = file_of(job, index);
  if (!file) return answer(tl::unexpected(file.error()));
  auto& record = (*file)->record;
  if (record.placed) return answer(fail(Errc::invalid_state, record.spec.path, "is placed"));
  auto spec = record.spec;
  apply(std::move(change), spec);
  auto const checked = check_files(std::span(&spec, 1), 0, limits_for(caller, options_));
  if (!checked) return answer(checked);
  bool const anew = judged_anew(record.spec, spec);
  record.spec = std::move(spec);
  writer_.put_file(id, index);
  if (anew) runner_.forget_bytes(job, index);
  changes_.touch(job);
  notices_.modified(job);
  answer_when_durable(std::move(answer));
}

void JobBook::replace_prefix(Caller const& caller, JobId id, std::string const& from,
                             std::string const& to, Answer<std::uint32_t> answer) {
  auto const allowed = allow(caller, id, JobCall::rename_remote);
  if (!allowed) return answer(tl::unexpected(allowed.error()));
  if (from.empty() || to.empty()) {
    return answer(fail(Errc::invalid_argument, "prefix", "is empty"));
  }
  auto& job = allowed->job;
  std::vector<std::pair<std::uint32_t, FileSpec>> changed;
  for (auto const& file : job.files) {
    auto spec = file.record.spec;
    bool any = false;
    for (auto& url : spec.urls) {
      if (!url.starts_with(from)) continue;
      url = to + url.substr(from.size());
      any = true;
    }
    if (any && !file.record.transferred) changed.emplace_back(file.record.index, std::move(spec));
  }
  for (auto const& [index, spec] : changed) {
    auto const checked = check_files(std::span(&spec, 1), 0, limits_for(caller, options_));
    if (!checked) return answer(tl::unexpected(checked.error()));
  }
  for (auto& [index, spec] : changed) put_urls(job, index, std::move(spec.urls));
  if (changed.empty()) return answer(0U);
  changes_.touch(job);
  if (!job.parked) runner_.renew(job);
  notices_.modified(job);
  auto const count = static_cast<std::uint32_t>(changed.size());
  answer_when_durable([answer = std::move(answer), count](Result<void> const& saved) {
    if (!saved) return answer(tl::unexpected(saved.error()));
    answer(count);
  });
}

void JobBook::validate(Caller const& caller, JobId id, std::uint32_t index, bool right,
                       Answer<void> answer) {
  auto const job = find(caller, id);
  if (!job) return answer(tl::unexpected(job.error()));
  auto const file = file_of(**job, index);
  if (!file) return answer(tl::unexpected(file.error()));
  auto& record = (*file)->record;
  auto const allowed = allow(**job, JobCall::validate, record.transferred);
  if (!allowed) return answer(tl::unexpected(allowed.error()));
  if (right) {
    record.validated = true;
    writer_.put_file(id, index);
    changes_.touch(**job);
  } else {
    refuse_file(**job, index);
  }
  answer_when_durable(std::move(answer));
}

void JobBook::refuse_file(JobEntry& job, std::uint32_t index) {
  auto& record = job.files[index].record;
  bool const peers = record.from_peers > 0 && !record.origin_only;
  auto const spool = record.spool;
  record.origin_only = record.origin_only || peers;
  // Else it would be found again where contents are kept. Another job may want it as it is.
  if (!table_.shared(spool)) {
    PieceMap any(1);
    any.set(PieceIndex{0});
    ports_.store.discard(spool, any, [] {});
  }
  runner_.forget_bytes(job, index);
  changes_.touch(job);
  if (!peers) {
    Error error{Errc::validation_failed, record.spec.path, "the application found it wrong"};
    runner_.halt(job);
    return changes_.fail(job, JobHappening::refused, {std::move(error), index});
  }
  changes_.happen(job, JobHappening::refused_peers);
  if (is_running(job.record.state) && job.record.state != JobState::transient_error) {
    runner_.run(job);
  }
}

void JobBook::prefer(Caller const& caller, JobId id, std::uint32_t index,
                     std::vector<ByteRange> ranges, Answer<void> answer) {
  auto const allowed = allow(caller, id, JobCall::rename_remote);
  if (!allowed) return answer(tl::unexpected(allowed.error()));
  auto const file = file_of(allowed->job, index);
  if (!file) return answer(tl::unexpected(file.error()));
  auto const& record = (*file)->record;
  if (ranges.size() > limits_for(caller, options_).ranges_per_file_max) {
    return answer(fail(Errc::too_many_ranges, record.spec.path, "so many are not preferred"));
  }
  for (auto const& range : ranges) {
    bool const open = range.end == kToEnd;
    auto const end = open ? range.begin + 1 : range.end;  // Of what must be there.
    if (!range.empty() && end <= record.length.value_or(kToEnd)) continue;
    return answer(fail(Errc::invalid_range, record.spec.path, "has no such bytes"));
  }
  (*file)->preferred = ranges;
  if ((*file)->wish != WishId::none) ports_.transfers.prefer((*file)->wish, std::move(ranges));
  answer({});
}

void JobBook::take_ownership(Caller const& caller, JobId id, Answer<void> answer) {
  if (!caller.administrator) {
    return answer(
        fail(Errc::access_denied, "job " + to_string(id), "is taken over by administrators only"));
  }
  auto const allowed = allow(caller, id, JobCall::take_ownership);
  if (!allowed) return answer(tl::unexpected(allowed.error()));
  auto& job = allowed->job;
  job.record.owner = caller.uid;
  job.record.spec.headers.clear();
  job.record.spec.http.drop_secrets();
  job.record.spec.notify_command.clear();
  for (auto const& file : job.files) {
    auto urls = file.record.spec.urls;
    std::ranges::transform(urls, urls.begin(), without_credentials);
    if (urls != file.record.spec.urls) put_urls(job, file.record.index, std::move(urls));
  }
  notices_.set_handler(job, {});
  changes_.touch(job);
  if (!job.parked) runner_.renew(job);
  answer_when_durable(std::move(answer));
}

Result<void> JobBook::set_handler(Caller const& caller, JobId id, JobNotices::Handler handler) {
  auto const allowed = allow(caller, id, JobCall::set_property);
  if (!allowed) return tl::unexpected(allowed.error());
  notices_.set_handler(allowed->job, std::move(handler));
  return {};
}

}  // namespace freshet
