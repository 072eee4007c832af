#include "tests/support/com_backend.h"

#include <Deliveryoptimization.h>
#include <bits.h>
#include <unistd.h>

#include <algorithm>
#include <span>

#include "api/com/guid_text.h"
#include "api/com/object.h"
#include "api/com/text.h"
#include "engine/base/assert.h"
#include "engine/base/error_table.h"
#include "freshet/com/host.h"
#include "tests/support/com_files.h"
#include "tests/support/com_notes.h"
#include "tests/support/com_settings.h"

namespace freshet::test {

namespace {

using namespace freshet::com;

using Job = Ref<IBackgroundCopyJob5>;
using File = Ref<IBackgroundCopyFile6>;

Errc errc_of(HRESULT hr, Family family) {
  for (auto const& row : error_table()) {
    if (to_hresult(row.code, family) == hr) return row.code;
  }
  return Errc::internal;
}

tl::unexpected<Error> failure(HRESULT hr, Family family) {
  return fail(errc_of(hr, family), "COM", "answered " + std::to_string(hr));
}

// What a getter gave, freed.
std::string taken(LPWSTR text) {
  auto made = text == nullptr ? std::string() : to_utf8(text).value();
  CoTaskMemFree(text);
  return made;
}

template <typename T>
std::string text_of(T& object, HRESULT (T::*get)(LPWSTR*)) {
  LPWSTR text = nullptr;
  FRESHET_ASSERT(SUCCEEDED((object.*get)(&text)));
  return taken(text);
}

class ComBackend final : public ClientMaker::Backend {
 public:
  ComBackend(Client engine, Family family) : engine_(std::move(engine)), family_(family) {
    FRESHET_ASSERT(SUCCEEDED(CoInitializeEx(nullptr, COINIT_MULTITHREADED)));
    auto const user = static_cast<std::uint32_t>(::geteuid());
    use_client(engine_.as({user, user == 0}));
    auto const& id =
        family == Family::bits ? CLSID_BackgroundCopyManager : CLSID_DeliveryOptimization;
    void* made = nullptr;
    auto const hr = CoCreateInstance(id, nullptr, CLSCTX_LOCAL_SERVER,
                                     uuid_of<IBackgroundCopyManager>(), &made);
    FRESHET_ASSERT(SUCCEEDED(hr));
    manager_ = Ref(static_cast<IBackgroundCopyManager*>(made));
  }
  ~ComBackend() override {
    manager_ = {};
    CoUninitialize();
  }

  [[nodiscard]] std::unique_ptr<Backend> as(Caller caller) const override {
    return ClientMaker::of(const_cast<Client&>(engine_)).as(caller);
  }

  Result<JobId> create(JobSpec spec, std::vector<FileSpec> files, bool start,
                       std::optional<JobId> id) override;
  Result<void> add_files(JobId job, std::vector<FileSpec> files) override;
  Result<void> resume(JobId job) override { return call(job, &IBackgroundCopyJob::Resume); }
  Result<void> suspend(JobId job) override { return call(job, &IBackgroundCopyJob::Suspend); }
  Result<void> cancel(JobId job) override { return call(job, &IBackgroundCopyJob::Cancel); }
  Result<void> take_ownership(JobId job) override {
    return call(job, &IBackgroundCopyJob::TakeOwnership);
  }
  Result<Completion> complete(JobId job) override;
  Result<void> configure(JobId job, JobSpec spec) override;
  Result<void> set_urls(JobId job, std::uint32_t file, std::vector<std::string> urls) override;
  Result<void> change_file(JobId job, std::uint32_t file, FileChange change) override;
  Result<std::uint32_t> replace_prefix(JobId job, std::string const& from,
                                       std::string const& to) override;
  Result<void> validate(JobId job, std::uint32_t file, bool right) override;
  Result<void> notify(JobId job, Client::NoticeHandler handler) override;

  [[nodiscard]] Result<JobInfo> job(JobId job) const override;
  [[nodiscard]] Result<std::vector<JobInfo>> jobs() const override { return list(0); }
  [[nodiscard]] Result<std::vector<JobInfo>> all_jobs() const override {
    return list(BG_JOB_ENUM_ALL_USERS);
  }
  [[nodiscard]] Result<ErrorReport> error(JobId job) const override;
  [[nodiscard]] Result<std::vector<FileInfo>> files(JobId job) const override;

  // COM has no word for these.
  Result<void> place_into(JobId job, std::uint32_t file, int descriptor) override {
    return engine_.place_into(job, file, descriptor);
  }
  Result<Completion> complete_placed(JobId job, std::vector<std::uint32_t> placed) override {
    return engine_.complete_placed(job, std::move(placed));
  }
  [[nodiscard]] Result<ReadBytes> read(JobId job, std::uint32_t file, Bytes begin,
                                       std::span<std::byte> into) const override {
    return engine_.read(job, file, begin, into);
  }
  [[nodiscard]] Result<FilePieces> pieces(JobId job, std::uint32_t file) const override {
    return engine_.pieces(job, file);
  }
  [[nodiscard]] Result<JobPage> page(JobPageWish const& wish) const override {
    return ClientMaker::of(const_cast<Client&>(engine_)).page(wish);
  }
  Result<void> prefer(JobId job, std::uint32_t file, std::vector<ByteRange> ranges) override {
    return engine_.prefer(job, file, std::move(ranges));
  }
  [[nodiscard]] Result<HttpAnswer> answer(JobId job, std::uint32_t file) const override {
    return engine_.answer(job, file);
  }
  [[nodiscard]] Result<std::string> why(JobId job) const override { return engine_.why(job); }
  [[nodiscard]] Result<JobInfo> wait(JobId job, std::optional<Duration> timeout) const override {
    auto const waited = engine_.wait(job, timeout);
    if (!waited || is_final(waited->state)) return waited;
    auto told = this->job(job);
    return told ? told : waited;
  }
  [[nodiscard]] std::shared_ptr<void> watch(Client::Listener listener) const override {
    return engine_.watch(std::move(listener));
  }
  Result<void> set_download_limit(BytesPerSecond limit) override {
    return engine_.set_download_limit(limit);
  }
  Result<void> set_conditions(Conditions conditions) override {
    return engine_.set_conditions(conditions);
  }
  [[nodiscard]] Result<std::vector<ContentInfo>> contents() const override {
    return engine_.contents();
  }
  Result<Bytes> verify(ContentId content) override { return engine_.verify(content); }
  Result<void> share(ContentId content, std::optional<Duration> for_a_while) override {
    return engine_.share(content, for_a_while);
  }
  Result<void> unshare(ContentId content) override { return engine_.unshare(content); }
  Result<void> pin(ContentId content, std::optional<WallTime> until) override {
    return engine_.pin(content, until);
  }
  Result<Bytes> purge(ContentId content) override { return engine_.purge(content); }
  [[nodiscard]] Result<std::vector<PeerStatus>> peers() const override { return engine_.peers(); }
  [[nodiscard]] Result<std::vector<PeerBan>> bans() const override { return engine_.bans(); }
  [[nodiscard]] Result<std::uint16_t> peer_port() const override { return engine_.peer_port(); }
  [[nodiscard]] Result<std::vector<PolicyEntry>> policies() const override {
    return engine_.policies();
  }
  [[nodiscard]] Result<PolicyVerdict> verdict() const override { return engine_.verdict(); }
  Result<void> reload_policies() override { return engine_.reload_policies(); }
  [[nodiscard]] Result<std::vector<FileStatus>> status() const override { return engine_.status(); }
  [[nodiscard]] Result<PerfSnapshot> perf(bool month) const override {
    return month ? engine_.perf_this_month() : engine_.perf();
  }
  [[nodiscard]] Result<std::string> page_url() const override { return engine_.page_url(); }

 private:
  [[nodiscard]] Result<void> told(HRESULT hr) const {
    if (FAILED(hr)) return failure(hr, family_);
    return {};
  }
  [[nodiscard]] Result<Job> find(JobId job) const {
    IBackgroundCopyJob* found = nullptr;
    auto const hr = manager_->GetJob(to_guid(job), &found);
    if (FAILED(hr)) return failure(hr, family_);
    Ref<IBackgroundCopyJob> const held(found);
    return query<IBackgroundCopyJob5>(found);
  }
  Result<void> call(JobId job, HRESULT (IBackgroundCopyJob::*method)()) const {
    auto const found = find(job);
    if (!found) return tl::unexpected(found.error());
    return told((found->get()->*method)());
  }
  [[nodiscard]] Result<std::vector<JobInfo>> list(DWORD flags) const;
  [[nodiscard]] std::vector<File> files_of(IBackgroundCopyJob& job) const;
  // not_found beyond the last.
  [[nodiscard]] Result<File> file_of(JobId job, std::uint32_t file) const;
  [[nodiscard]] Result<void> add(JobId id, IBackgroundCopyJob5& job,
                                 std::vector<FileSpec> const& files);
  [[nodiscard]] HRESULT add_with_ranges(IBackgroundCopyJob5& job, FileSpec const& file) const;
  [[nodiscard]] HRESULT add_plain(IBackgroundCopyJob5& job, std::span<FileSpec const> files) const;
  [[nodiscard]] Result<void> apply(JobId id, IBackgroundCopyJob5& job, JobSpec const& spec);

  Client engine_;
  Family family_;
  Ref<IBackgroundCopyManager> manager_;
};

Result<JobId> ComBackend::create(JobSpec spec, std::vector<FileSpec> files, bool start,
                                 std::optional<JobId>) {
  GUID guid{};
  IBackgroundCopyJob* made = nullptr;
  auto const hr = manager_->CreateJob(wide(spec.name).c_str(), BG_JOB_TYPE_DOWNLOAD, &guid, &made);
  if (FAILED(hr)) return failure(hr, family_);
  auto const job = query<IBackgroundCopyJob5>(Ref(made).get());
  auto const id = to_job_id(guid);
  auto done = apply(id, *job.get(), spec);
  if (done) done = add(id, *job.get(), files);
  if (done && start) done = told(job->Resume());
  if (done) return id;
  FRESHET_ASSERT(SUCCEEDED(job->Cancel()));
  return tl::unexpected(done.error());
}

Result<void> ComBackend::add_files(JobId id, std::vector<FileSpec> files) {
  auto const job = find(id);
  return job ? add(id, *job->get(), files) : tl::unexpected(job.error());
}

// Files that stand together and are plain go together.
Result<void> ComBackend::add(JobId id, IBackgroundCopyJob5& job,
                             std::vector<FileSpec> const& files) {
  auto const plain = [](FileSpec const& file) { return sayable(file) && file.ranges.empty(); };
  for (std::size_t at = 0; at < files.size();) {
    std::span const rest(files.begin() + static_cast<std::ptrdiff_t>(at), files.end());
    auto const count =
        static_cast<std::size_t>(std::ranges::find_if_not(rest, plain) - rest.begin());
    Result<void> added;
    if (count > 0) {
      added = told(add_plain(job, rest.first(count)));
    } else if (sayable(rest.front())) {
      added = told(add_with_ranges(job, rest.front()));
    } else {
      added = engine_.add_files(id, {rest.front()});
    }
    if (!added) return added;
    at += std::max<std::size_t>(count, 1);
  }
  return {};
}

HRESULT ComBackend::add_plain(IBackgroundCopyJob5& job, std::span<FileSpec const> files) const {
  std::vector<std::wstring> names;
  for (auto const& file : files) {
    names.push_back(file.urls.empty() ? std::wstring() : wide(file.urls.front()));
    names.push_back(wide(file.path));
  }
  std::vector<BG_FILE_INFO> infos;
  for (std::size_t i = 0; i < names.size(); i += 2) {
    infos.push_back({names[i].data(), names[i + 1].data()});
  }
  if (infos.size() > 1) return job.AddFileSet(static_cast<ULONG>(infos.size()), infos.data());
  return job.AddFile(infos[0].RemoteName, infos[0].LocalName);
}

// Delivery Optimization sorts ranges, BITS writes them in the order given.
HRESULT ComBackend::add_with_ranges(IBackgroundCopyJob5& job, FileSpec const& file) const {
  auto ranges = ranges_of(file);
  auto const url = file.urls.empty() ? std::wstring() : wide(file.urls.front());
  auto const count = static_cast<DWORD>(ranges.size());
  bool const sorted = std::ranges::is_sorted(file.ranges);
  if (family_ == Family::bits || !sorted) {
    return job.AddFileWithRanges(url.c_str(), wide(file.path).c_str(), count, ranges.data());
  }
  auto const more = query<IDeliveryOptimizationJob>(&job);
  return more->AddFileWithRanges(L"a file", url.c_str(), wide(file.path).c_str(), count,
                                 ranges.data(), DO_UNKNOWN_FILE_SIZE);
}

Result<void> ComBackend::configure(JobId id, JobSpec spec) {
  auto const job = find(id);
  return job ? apply(id, *job->get(), spec) : tl::unexpected(job.error());
}

// Each setting that differs, by its own call; what has none is left to the engine.
Result<void> ComBackend::apply(JobId id, IBackgroundCopyJob5& job, JobSpec const& spec) {
  auto const before = engine_.job(id);
  if (!before) return tl::unexpected(before.error());
  auto const& now = before->spec;
  if (auto const hr = set_changes(job, now, spec, family_); FAILED(hr)) {
    return failure(hr, family_);
  }
  auto const after = engine_.job(id);
  if (!after) return tl::unexpected(after.error());
  auto wanted = spec;
  wanted.app_data = after->spec.app_data;
  return after->spec == wanted ? Result<void>() : engine_.configure(id, wanted);
}

// Who held the files before sees afterwards which of them were placed.
Result<Completion> ComBackend::complete(JobId id) {
  auto const job = find(id);
  if (!job) return tl::unexpected(job.error());
  auto const held = files_of(*job->get());
  auto const hr = (*job)->Complete();
  if (FAILED(hr)) return failure(hr, family_);
  Completion done;
  for (auto const& file : held) {
    BG_FILE_PROGRESS progress{};
    FRESHET_ASSERT(SUCCEEDED(file->GetProgress(&progress)));
    ++(progress.Completed != FALSE ? done.files_placed : done.files_dropped);
  }
  bool const partial = done.files_dropped > 0 && family_ == Family::bits;
  FRESHET_ASSERT(hr == (partial ? BG_S_PARTIAL_COMPLETE : S_OK));
  return done;
}

std::vector<File> ComBackend::files_of(IBackgroundCopyJob& job) const {
  IEnumBackgroundCopyFiles* walk = nullptr;
  if (FAILED(job.EnumFiles(&walk))) return {};
  Ref const files(walk);
  std::vector<File> found;
  IBackgroundCopyFile* next = nullptr;
  while (files->Next(1, &next, nullptr) == S_OK) {
    Ref const held(next);
    found.push_back(query<IBackgroundCopyFile6>(next));
  }
  return found;
}

Result<File> ComBackend::file_of(JobId id, std::uint32_t file) const {
  auto const job = find(id);
  if (!job) return tl::unexpected(job.error());
  auto const files = files_of(*job->get());
  if (file >= files.size()) return fail(Errc::not_found, "file", "is not in the job");
  return files[file];
}

Result<void> ComBackend::set_urls(JobId id, std::uint32_t index, std::vector<std::string> urls) {
  auto const file = file_of(id, index);
  if (!file) return tl::unexpected(file.error());
  if (urls.size() != 1) return engine_.set_urls(id, index, std::move(urls));
  return told((*file)->SetRemoteName(wide(urls.front()).c_str()));
}

Result<void> ComBackend::change_file(JobId id, std::uint32_t index, FileChange change) {
  auto const file = file_of(id, index);
  if (!file) return tl::unexpected(file.error());
  auto const said = apply_change(*query<IDeliveryOptimizationFile2>(file->get()).get(), change);
  // That interface has codes of its own, whatever class made the job.
  if (said && FAILED(*said)) return failure(*said, Family::delivery_optimization);
  return said ? Result<void>() : engine_.change_file(id, index, std::move(change));
}

Result<std::uint32_t> ComBackend::replace_prefix(JobId id, std::string const& from,
                                                 std::string const& to) {
  auto const job = find(id);
  if (!job) return tl::unexpected(job.error());
  auto const names = [&] {
    std::vector<std::string> all;
    for (auto const& file : files_of(*job->get())) {
      all.push_back(text_of<IBackgroundCopyFile>(*file.get(), &IBackgroundCopyFile::GetRemoteName));
    }
    return all;
  };
  auto const before = names();
  auto const hr = (*job)->ReplaceRemotePrefix(wide(from).c_str(), wide(to).c_str());
  if (FAILED(hr)) return failure(hr, family_);
  auto const after = names();
  std::uint32_t changed = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before[i] != after[i]) ++changed;
  }
  FRESHET_ASSERT(hr == (changed > 0 ? S_OK : S_FALSE));
  return changed;
}

Result<void> ComBackend::validate(JobId id, std::uint32_t index, bool right) {
  auto const file = file_of(id, index);
  if (!file) return tl::unexpected(file.error());
  return told((*file)->SetValidationState(right ? TRUE : FALSE));
}

Result<void> ComBackend::notify(JobId id, Client::NoticeHandler handler) {
  auto const job = find(id);
  if (!job) return tl::unexpected(job.error());
  if (!handler) return told((*job)->SetNotifyInterface(nullptr));
  auto const look = [this, id](Notice::Kind kind) {
    auto const now = this->job(id);
    return Notice{kind, now ? *now : JobInfo{}, 0};
  };
  auto const listener = make<NoticeListener>(std::move(handler), look);
  auto* const callback = static_cast<IBackgroundCopyCallback2*>(listener.get());
  return told((*job)->SetNotifyInterface(callback));
}

// What COM tells; what it has no word for is the engine's.
Result<JobInfo> ComBackend::job(JobId id) const {
  auto const job = find(id);
  if (!job) return tl::unexpected(job.error());
  auto known = engine_.job(id);
  if (!known) return known;
  auto info = *known;
  BG_JOB_STATE state{};
  BG_JOB_PROGRESS progress{};
  BG_JOB_PRIORITY priority{};
  ULONG errors = 0;
  FRESHET_ASSERT(SUCCEEDED((*job)->GetProgress(&progress)));
  FRESHET_ASSERT(SUCCEEDED((*job)->GetPriority(&priority)));
  FRESHET_ASSERT(SUCCEEDED((*job)->GetErrorCount(&errors)));
  FRESHET_ASSERT(SUCCEEDED((*job)->GetState(&state)));
  auto& object = *static_cast<IBackgroundCopyJob*>(job->get());
  info.spec.name = text_of(object, &IBackgroundCopyJob::GetDisplayName);
  info.spec.description = text_of(object, &IBackgroundCopyJob::GetDescription);
  info.spec.priority = static_cast<Priority>(priority);
  info.spec.app_data.clear();
  info.state = state_of(state);
  if (is_final(info.state)) return fail(Errc::job_not_found, "job", "has ended");
  info.error_count = errors;
  info.progress.bytes_done = progress.BytesTransferred;
  info.progress.bytes_total.reset();
  if (progress.BytesTotal != BG_SIZE_UNKNOWN) info.progress.bytes_total = progress.BytesTotal;
  info.progress.files_done = progress.FilesTransferred;
  info.progress.files_total = progress.FilesTotal;
  auto const owner = text_of(object, &IBackgroundCopyJob::GetOwner);
  info.owner = static_cast<std::uint32_t>(std::stoul(owner.substr(owner.rfind('-') + 1)));
  return info;
}

Result<std::vector<JobInfo>> ComBackend::list(DWORD flags) const {
  IEnumBackgroundCopyJobs* walk = nullptr;
  auto const hr = manager_->EnumJobs(flags, &walk);
  if (FAILED(hr)) return failure(hr, family_);
  Ref const all(walk);
  std::vector<JobInfo> infos;
  IBackgroundCopyJob* next = nullptr;
  while (all->Next(1, &next, nullptr) == S_OK) {
    Ref const held(next);
    GUID id{};
    FRESHET_ASSERT(SUCCEEDED(next->GetId(&id)));
    auto info = job(to_job_id(id));
    if (info) infos.push_back(std::move(*info));
  }
  return infos;
}

Result<ErrorReport> ComBackend::error(JobId id) const {
  auto const job = find(id);
  if (!job) return tl::unexpected(job.error());
  IBackgroundCopyError* made = nullptr;
  auto const hr = (*job)->GetError(&made);
  if (FAILED(hr)) return failure(hr, family_);
  Ref const error(made);
  BG_ERROR_CONTEXT context{};
  HRESULT code = S_OK;
  FRESHET_ASSERT(SUCCEEDED(error->GetError(&context, &code)));
  auto report = engine_.error(id);
  if (!report) return report;
  // One HRESULT stands for several codes.
  if (to_hresult(report->error.error.code, family_) != code) {
    report->error.error.code = errc_of(code, family_);
  }
  if (family_ == Family::bits) report->context = static_cast<ErrorContext>(context);
  return report;
}

Result<std::vector<FileInfo>> ComBackend::files(JobId id) const {
  auto const job = find(id);
  if (!job) return tl::unexpected(job.error());
  auto known = engine_.files(id);
  if (!known) return known;
  auto const objects = files_of(*job->get());
  for (std::size_t i = 0; i < std::min(objects.size(), known->size()); ++i) {
    auto& info = known->at(i);
    auto& file = *static_cast<IBackgroundCopyFile*>(objects[i].get());
    BG_FILE_PROGRESS progress{};
    FRESHET_ASSERT(SUCCEEDED(file.GetProgress(&progress)));
    info.spec.path = text_of(file, &IBackgroundCopyFile::GetLocalName);
    info.spec.app_data.clear();
    if (!info.spec.urls.empty()) {
      info.spec.urls.front() = text_of(file, &IBackgroundCopyFile::GetRemoteName);
    }
    info.bytes_done = progress.BytesTransferred;
    info.placed = progress.Completed != FALSE;
  }
  return known;
}

}  // namespace

Client client_through_com(Client engine, Family family) {
  return ClientMaker::make(std::make_unique<ComBackend>(std::move(engine), family));
}

Errc as_com_tells(Errc code, Family family) {
  return errc_of(to_hresult(code, family), family);
}

}  // namespace freshet::test
