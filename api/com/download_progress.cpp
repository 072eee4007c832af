// How a download follows its job, and tells its application.
#include <unistd.h>

#include "api/com/download.h"
#include "api/com/download_core.h"
#include "api/com/integrity_info.h"
#include "api/com/job_core.h"
#include "freshet/com/do_hresults.h"

namespace freshet::com {

namespace {

constexpr auto kFamily = Family::delivery_optimization;

bool is_pause(Errc code) {
  return code == Errc::cost_refused || code == Errc::network_absent || code == Errc::budget_spent;
}

}  // namespace

void DownloadCore::on_event(JobEvent const& event) {
  {
    std::lock_guard const lock(mutex_);
    if (watched_ != event.job.id) return;
  }
  host_->courier().wake(shared_from_this());
}

void DownloadCore::stop() {
  {
    std::lock_guard const calls(calls_);
    end_pump();
  }
  wait_for_ended_pump();
  move(DODownloadState_Paused, DO_E_NO_SERVICE);
}

void DownloadCore::run() {
  {
    std::lock_guard const calls(calls_);
    advance();
  }
  wait_for_ended_pump();
  tell();
}

void DownloadCore::advance() {
  auto const client = host_->client();
  auto const state = status().State;
  bool const open = state == DODownloadState_Transferring || state == DODownloadState_Paused;
  if (!client || !job_ || !open) return;
  auto const info = client->job(*job_);
  if (!info) {
    // Somebody else ended it.
    job_.reset();
    return move(DODownloadState_Paused, to_hresult(info, kFamily));
  }
  {
    std::lock_guard const lock(mutex_);
    if (info->progress.bytes_total) status_.BytesTotal = *info->progress.bytes_total;
    status_.BytesTransferred = info->progress.bytes_done;
  }
  if (auto const fed = feed_stream(*info); FAILED(fed)) return give_up(*info, fed);
  switch (info->state) {
    case JobState::queued:
    case JobState::connecting:
    case JobState::transferring:
      return move(DODownloadState_Transferring);
    case JobState::transient_error:
      return waits(*info);
    case JobState::error:
      return failed(*info);
    case JobState::transferred:
      return finish(*info);
    case JobState::suspended:
    case JobState::acknowledged:
    case JobState::cancelled:
      return;
  }
}

void DownloadCore::waits(JobInfo const& info) {
  if (!info.error) return;
  auto const code = info.error->error.code;
  auto const hr = to_hresult(code, kFamily);
  if (is_pause(code)) return move(DODownloadState_Paused, S_OK, hr);
  move(DODownloadState_Transferring, hr);
}

bool DownloadCore::lacks_check_info(JobInfo const& info) {
  auto const text = this->text(DODownloadProperty_IntegrityCheckInfo);
  auto const check = text.empty() ? fail(Errc::not_found) : read_integrity_info(text);
  auto const& error = info.error->error;
  if (!check || !is_unavailable(check->url, error)) return false;
  move(DODownloadState_Paused, DO_E_INTEGRITYCHECKINFO_UNAVAILABLE,
       to_hresult(error.code, kFamily));
  return true;
}

void DownloadCore::failed(JobInfo const& info) {
  if (!info.error) return;
  if (lacks_check_info(info)) return;
  auto const code = info.error->error.code;
  auto const hr = to_hresult(code, kFamily);
  std::vector<Header> answers;
  if (code == Errc::http_unauthorized && !std::exchange(asked_who_, true)) {
    std::lock_guard const lock(mutex_);
    answers = properties_.answers_to_challenge();
  }
  if (!answers.empty()) {
    auto spec = info.spec;
    spec.headers.insert(spec.headers.end(), answers.begin(), answers.end());
    auto const client = host_->client();
    bool const again = client && client->configure(info.id, spec) && client->resume(info.id);
    if (again) return;
  }
  // What would be tried again was tried for as long as it may.
  if (is_transient(code)) return move(DODownloadState_Paused, DO_E_DOWNLOAD_NO_PROGRESS, hr);
  move(DODownloadState_Paused, hr);
}

void DownloadCore::finish(JobInfo const& info) {
  // A stream that takes its time has not everything yet, and wakes us when it does.
  if (pump_ && !pump_->result()) return move(DODownloadState_Transferring);
  note_answer();
  auto const handed = hand_over(info);
  if (FAILED(handed)) return move(DODownloadState_Paused, handed);
  job_.reset();
  move(DODownloadState_Transferred);
}

// Another Start begins anew.
void DownloadCore::give_up(JobInfo const& info, HRESULT why) {
  note_answer();
  if (auto const client = host_->client()) static_cast<void>(client->cancel(info.id));
  job_.reset();
  end_pump();
  move(DODownloadState_Paused, why);
}

HRESULT DownloadCore::feed_stream(JobInfo const& info) {
  if (pump_) return pump_->result().value_or(S_OK);
  std::optional<std::uint64_t> expected;
  Ref<IStream> stream;
  {
    std::lock_guard const lock(mutex_);
    expected = properties_.expected_size();
    stream = properties_.object<IStream>(DODownloadProperty_StreamInterface);
  }
  auto client = host_->client();
  bool const begins = info.progress.bytes_done > 0 || info.state == JobState::transferred;
  if (!begins || !client) return S_OK;
  if (expected && !size_right_) {
    auto const files = client->files(info.id);
    if (!files) return to_hresult(files, kFamily);
    if (files->at(0).length != expected) return to_hresult(Errc::length_mismatch, kFamily);
    size_right_ = true;
  }
  if (!stream) return S_OK;
  auto wake = [weak = weak_from_this()] {
    auto const self = weak.lock();
    if (self) self->host_->courier().wake(self);
  };
  pump_ = std::make_shared<SinkPump>(host_->courier(),
                                     SinkPump::Source{std::move(client), info.id, 0, kFamily},
                                     std::move(stream), std::move(wake));
  return S_OK;
}

HRESULT DownloadCore::hand_over(JobInfo const& info) {
  auto const client = host_->client();
  if (!client) return to_hresult(Errc::stopped, kFamily);
  auto const placed = client->complete(info.id);
  if (!placed) return to_hresult(placed, kFamily);
  if (!pump_) return S_OK;
  ::unlink(path_.c_str());
  end_pump();
  return S_OK;
}

void DownloadCore::note_answer() {
  auto const client = host_->client();
  auto const answer = client && job_ ? client->answer(*job_, 0) : fail(Errc::not_yet);
  if (!answer) return;
  std::lock_guard const lock(mutex_);
  properties_.note(*answer);
}

void DownloadCore::move(DODownloadState state, HRESULT error, HRESULT extended) {
  std::lock_guard const lock(mutex_);
  status_.State = state;
  status_.Error = error;
  status_.ExtendedError = extended;
  if (state != DODownloadState_Transferring) settled_.notify_all();
}

// Every start and every change of state or error; between them each second, or as often as was
// asked for.
bool DownloadCore::telling_due(DO_DOWNLOAD_STATUS const& now) {
  std::lock_guard const lock(mutex_);
  if (std::exchange(told_starts_, starts_) != starts_) return true;
  if (!told_ || told_->State != now.State || told_->Error != now.Error ||
      told_->ExtendedError != now.ExtendedError) {
    return true;
  }
  if (told_->BytesTransferred == now.BytesTransferred) return false;
  auto const percent = properties_.number(DODownloadProperty_CallbackFreqPercent);
  if (percent > 0 && now.BytesTotal != DO_UNKNOWN_FILE_SIZE && now.BytesTotal > 0) {
    auto const step = now.BytesTotal / 100 * percent;
    return now.BytesTransferred >= told_->BytesTransferred + std::max<UINT64>(step, 1);
  }
  auto const pause =
      std::chrono::seconds{properties_.number(DODownloadProperty_CallbackFreqSeconds)};
  return Clock::now() >= told_at_ + pause;
}

void DownloadCore::tell() {
  auto const now = status();
  if (!telling_due(now)) return;
  told_ = now;
  told_at_ = Clock::now();
  Ref<IDODownloadStatusCallback> callback;
  {
    std::lock_guard const lock(mutex_);
    callback = properties_.object<IDODownloadStatusCallback>(DODownloadProperty_CallbackInterface);
  }
  if (!callback) return;
  auto const download = make<Download>(shared_from_this());
  static_cast<void>(callback->OnStatusChange(download.get(), &now));
}

}  // namespace freshet::com
