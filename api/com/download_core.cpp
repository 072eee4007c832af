#include "api/com/download_core.h"

#include <unistd.h>

#include "api/com/guid_text.h"
#include "api/com/job_core.h"
#include "freshet/com/do_hresults.h"
#include "freshet/com/objbase.h"

namespace freshet::com {

namespace {

constexpr auto kFamily = Family::delivery_optimization;

bool is_over(DODownloadState state) {
  return state == DODownloadState_Finalized || state == DODownloadState_Aborted;
}

std::string new_id() {
  GUID id{};
  static_cast<void>(CoCreateGuid(&id));
  return to_string(to_job_id(id));
}

}  // namespace

DownloadCore::DownloadCore(std::shared_ptr<Host> host) : host_(std::move(host)) {
  status_.BytesTotal = DO_UNKNOWN_FILE_SIZE;
  properties_.put(DODownloadProperty_Id, new_id());
}

DownloadCore::DownloadCore(std::shared_ptr<Host> host, JobInfo const& job)
    : DownloadCore(std::move(host)) {
  auto const data = AppData::parse(job.spec.app_data);
  properties_.load(data);
  properties_.put(DODownloadProperty_SecurityContext, job.spec.http.client_certificate);
  path_ = data.get("path").value_or(std::string());
  made_file_ = data.number("made_file", 0) != 0;
  uri_ = properties_.text(DODownloadProperty_Uri);
  job_ = watched_ = job.id;
  bool const paused = job.state == JobState::suspended || job.state == JobState::error;
  status_.State = paused ? DODownloadState_Paused : DODownloadState_Transferring;
}

HRESULT DownloadCore::start(std::vector<ByteRange> ranges) {
  std::unique_lock calls(calls_);
  auto const now = status();
  if (is_over(now.State)) return DO_E_INVALID_STATE;
  if (now.State == DODownloadState_Transferring) return S_OK;
  bool const again = now.State == DODownloadState_Paused && job_ && ranges.empty();
  auto const hr = again ? go_on() : begin(std::move(ranges));
  if (FAILED(hr)) return hr;
  move(DODownloadState_Transferring);
  bool blocking = false;
  {
    std::lock_guard const lock(mutex_);
    ++starts_;
    blocking = properties_.flag(DODownloadProperty_BlockingMode);
  }
  calls.unlock();
  wait_for_ended_pump();
  host_->courier().wake(shared_from_this());
  if (!blocking || host_->courier().on_own_thread()) return S_OK;
  wait_until_settled();
  return status().Error;
}

void DownloadCore::wait_until_settled() {
  std::unique_lock lock(mutex_);
  settled_.wait(lock, [this] { return status_.State != DODownloadState_Transferring; });
}

HRESULT DownloadCore::make_file(std::vector<ByteRange> ranges, FileSpec& file) {
  {
    std::lock_guard const lock(mutex_);
    if (auto const ready = properties_.check_start(); FAILED(ready)) return ready;
    properties_.shape(file);
  }
  file.ranges = std::move(ranges);
  std::error_code failed;
  if (file.path.empty()) {
    auto const directory = host_->stream_directory();
    if (!directory) return to_hresult(directory, kFamily);
    file.path = *directory + "/" + new_id();
  } else if (auto const parent = std::filesystem::path(file.path).parent_path();
             !std::filesystem::exists(parent, failed)) {
    std::filesystem::create_directories(parent, failed);
    if (failed) return E_ACCESSDENIED;
  }
  if (path_.empty()) made_file_ = !std::filesystem::exists(file.path, failed);
  path_ = file.path;
  uri_ = file.urls.empty() ? std::string() : file.urls.front();
  return S_OK;
}

JobSpec DownloadCore::job_spec() const {
  JobSpec spec;
  AppData data;
  data.set("queue", "ido");
  std::lock_guard const lock(mutex_);
  properties_.shape(spec);
  properties_.save(data);
  data.set("path", path_);
  data.set("made_file", made_file_ ? 1 : 0);
  spec.app_data = data.text();
  return spec;
}

// A job of its own for what is asked for now; what an earlier one had is not wanted any more.
HRESULT DownloadCore::begin(std::vector<ByteRange> ranges) {
  auto const client = host_->client();
  if (!client) return to_hresult(Errc::stopped, kFamily);
  FileSpec file;
  if (auto const made = make_file(std::move(ranges), file); FAILED(made)) return made;
  if (job_) static_cast<void>(client->cancel(*job_));
  job_.reset();
  end_pump();
  asked_who_ = size_right_ = false;
  auto const job = client->create(job_spec(), {std::move(file)});
  if (!job) return to_hresult(job, kFamily);
  job_ = *job;
  {
    std::lock_guard const lock(mutex_);
    watched_ = job_;
    status_.BytesTransferred = 0;
    status_.BytesTotal = properties_.expected_size().value_or(DO_UNKNOWN_FILE_SIZE);
  }
  return to_hresult(client->resume(*job), kFamily);
}

HRESULT DownloadCore::go_on() {
  auto const client = host_->client();
  if (!client) return to_hresult(Errc::stopped, kFamily);
  auto const uri = text(DODownloadProperty_Uri);
  if (uri != uri_) {
    if (auto const set = client->set_urls(*job_, 0, {uri}); !set) return to_hresult(set, kFamily);
    uri_ = uri;
  }
  auto spec = job_spec();
  auto const info = client->job(*job_);
  if (!info) return to_hresult(info, kFamily);
  spec.size_max = info->spec.size_max;  // Fixed.
  if (asked_who_) spec.headers = info->spec.headers;
  if (auto const set = client->configure(*job_, std::move(spec)); !set) {
    return to_hresult(set, kFamily);
  }
  return to_hresult(client->resume(*job_), kFamily);
}

HRESULT DownloadCore::pause() {
  std::lock_guard const calls(calls_);
  auto const now = status().State;
  if (is_over(now)) return DO_E_INVALID_STATE;
  if (now != DODownloadState_Transferring) return S_OK;
  auto const client = host_->client();
  if (!client) return to_hresult(Errc::stopped, kFamily);
  auto const paused = client->suspend(*job_);
  if (!paused) return to_hresult(paused, kFamily);
  move(DODownloadState_Paused);
  host_->courier().wake(shared_from_this());
  return S_OK;
}

HRESULT DownloadCore::abort() {
  auto const hr = abort_now();
  wait_for_ended_pump();
  return hr;
}

HRESULT DownloadCore::abort_now() {
  std::lock_guard const calls(calls_);
  auto const now = status().State;
  if (now == DODownloadState_Aborted) return S_OK;
  if (now == DODownloadState_Finalized) return DO_E_INVALID_STATE;
  auto const client = host_->client();
  if (!client) return to_hresult(Errc::stopped, kFamily);
  if (job_) static_cast<void>(client->cancel(*job_));
  job_.reset();
  end_pump();
  // What was there before this download stays, though it may have other bytes now.
  if (made_file_ && !path_.empty()) ::unlink(path_.c_str());
  move(DODownloadState_Aborted);
  host_->courier().wake(shared_from_this());
  host_->drop_download(this);
  return S_OK;
}

void DownloadCore::end_pump() {
  if (!pump_) return;
  pump_->cancel();
  ended_pump_ = std::move(pump_);
}

void DownloadCore::wait_for_ended_pump() {
  std::shared_ptr<SinkPump> ended;
  std::lock_guard const calls(calls_);
  ended.swap(ended_pump_);
}

HRESULT DownloadCore::finalize() {
  std::lock_guard const calls(calls_);
  auto const now = status().State;
  if (now == DODownloadState_Finalized) return S_OK;
  if (now != DODownloadState_Transferred) return DO_E_INVALID_STATE;
  move(DODownloadState_Finalized);
  host_->courier().wake(shared_from_this());
  host_->drop_download(this);
  return S_OK;
}

DO_DOWNLOAD_STATUS DownloadCore::status() {
  std::lock_guard const lock(mutex_);
  return status_;
}

HRESULT DownloadCore::get(DODownloadProperty id, VARIANT* value) {
  if (id >= DODownloadProperty_HttpRedirectionTarget) {
    std::lock_guard const calls(calls_);
    note_answer();
  }
  std::lock_guard const lock(mutex_);
  return properties_.get(id, value);
}

HRESULT DownloadCore::set(DODownloadProperty id, VARIANT const& value) {
  std::lock_guard const calls(calls_);
  if (auto const allowed = DownloadProperties::check_set(id); FAILED(allowed)) return allowed;
  auto const when = DownloadProperties::when(id);
  auto const state = status().State;
  using When = DownloadProperties::When;
  bool const idle = state == DODownloadState_Created || state == DODownloadState_Paused;
  bool const late = (when == When::before_start && state != DODownloadState_Created) ||
                    (when == When::while_idle && !idle);
  if (is_over(state) || late) return DO_E_INVALID_STATE;
  {
    std::lock_guard const lock(mutex_);
    if (auto const done = properties_.set(id, value); FAILED(done)) return done;
  }
  bool const concerns_job =
      id == DODownloadProperty_ForegroundPriority || id == DODownloadProperty_CostPolicy;
  auto const client = host_->client();
  if (!concerns_job || !job_ || !client) return S_OK;
  auto const info = client->job(*job_);
  if (!info) return to_hresult(info, kFamily);
  auto spec = info->spec;
  auto const wanted = job_spec();
  spec.priority = wanted.priority;
  spec.costs = wanted.costs;
  return to_hresult(client->configure(*job_, std::move(spec)), kFamily);
}

std::string DownloadCore::text(DODownloadProperty id) const {
  std::lock_guard const lock(mutex_);
  return properties_.text(id);
}

}  // namespace freshet::com
