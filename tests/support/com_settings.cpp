#include "tests/support/com_settings.h"

#include <Deliveryoptimization.h>
#include <bits.h>

#include "api/com/object.h"
#include "api/com/text.h"

namespace freshet::test {

namespace {

using namespace freshet::com;

HRESULT set_texts(IBackgroundCopyJob5& job, JobSpec const& now, JobSpec const& spec) {
  HRESULT hr = S_OK;
  if (now.name != spec.name) hr = job.SetDisplayName(wide(spec.name).c_str());
  if (SUCCEEDED(hr) && now.description != spec.description) {
    hr = job.SetDescription(wide(spec.description).c_str());
  }
  if (SUCCEEDED(hr) && now.headers != spec.headers) {
    std::string lines;
    for (auto const& header : spec.headers) lines += header.name + ": " + header.value + "\r\n";
    auto const http = query<IBackgroundCopyJobHttpOptions>(&job);
    hr = http->SetCustomHeaders(wide(lines).c_str());
  }
  if (SUCCEEDED(hr) && now.notify_command != spec.notify_command) {
    std::string line;
    for (auto const& word : spec.notify_command) line += "\"" + word + "\" ";
    auto const& words = spec.notify_command;
    hr = words.empty() ? job.SetNotifyCmdLine(nullptr, nullptr)
                       : job.SetNotifyCmdLine(wide(words.front()).c_str(), wide(line).c_str());
  }
  return hr;
}

HRESULT set_numbers(IBackgroundCopyJob5& job, JobSpec const& now, JobSpec const& spec) {
  HRESULT hr = S_OK;
  auto const seconds = [&](Duration JobSpec::*member, HRESULT (IBackgroundCopyJob5::*set)(ULONG)) {
    auto const whole = std::chrono::duration_cast<std::chrono::seconds>(spec.*member);
    bool const fits = whole == spec.*member && whole.count() > 0;
    if (SUCCEEDED(hr) && now.*member != spec.*member && fits) {
      hr = (job.*set)(static_cast<ULONG>(whole.count()));
    }
  };
  if (now.priority != spec.priority) {
    hr = job.SetPriority(static_cast<BG_JOB_PRIORITY>(spec.priority));
  }
  if (SUCCEEDED(hr) && now.notify != spec.notify) {
    hr = job.SetNotifyFlags((spec.notify.transferred ? BG_NOTIFY_JOB_TRANSFERRED : 0) |
                            (spec.notify.error ? BG_NOTIFY_JOB_ERROR : 0) |
                            (spec.notify.file_transferred ? BG_NOTIFY_FILE_TRANSFERRED : 0) |
                            (spec.notify.modification ? BG_NOTIFY_JOB_MODIFICATION : 0));
  }
  seconds(&JobSpec::no_progress_timeout, &IBackgroundCopyJob5::SetNoProgressTimeout);
  seconds(&JobSpec::retry_delay_min, &IBackgroundCopyJob5::SetMinimumRetryDelay);
  seconds(&JobSpec::transfer_time_max, &IBackgroundCopyJob5::SetMaximumDownloadTime);
  if (SUCCEEDED(hr) && now.costs != spec.costs) {
    BITS_JOB_PROPERTY_VALUE value{};
    value.Dword = spec.costs;
    hr = job.SetProperty(BITS_JOB_PROPERTY_ID_COST_FLAGS, value);
  }
  return hr;
}

// What cannot be changed any more at some time.
HRESULT set_fixed(IBackgroundCopyJob5& job, JobSpec const& now, JobSpec const& spec,
                  Family family) {
  HRESULT hr = S_OK;
  if (now.validate_first != spec.validate_first) {
    hr = job.SetPeerCachingFlags(spec.validate_first ? BG_JOB_DISABLE_BRANCH_CACHE : 0);
  }
  bool const limited = spec.size_max && family == Family::bits;
  if (SUCCEEDED(hr) && now.size_max != spec.size_max && limited) {
    BITS_JOB_PROPERTY_VALUE value{};
    value.Uint64 = *spec.size_max;
    hr = job.SetProperty(BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE, value);
  }
  return hr;
}

}  // namespace

std::wstring wide(std::string const& text) {
  return to_wide(text).value_or(std::wstring());
}

JobState state_of(BG_JOB_STATE state) {
  switch (state) {
    case BG_JOB_STATE_QUEUED:
      return JobState::queued;
    case BG_JOB_STATE_CONNECTING:
      return JobState::connecting;
    case BG_JOB_STATE_TRANSFERRING:
      return JobState::transferring;
    case BG_JOB_STATE_SUSPENDED:
      return JobState::suspended;
    case BG_JOB_STATE_ERROR:
      return JobState::error;
    case BG_JOB_STATE_TRANSIENT_ERROR:
      return JobState::transient_error;
    case BG_JOB_STATE_TRANSFERRED:
      return JobState::transferred;
    case BG_JOB_STATE_ACKNOWLEDGED:
      return JobState::acknowledged;
    case BG_JOB_STATE_CANCELLED:
      return JobState::cancelled;
  }
  return JobState::error;
}

HRESULT set_changes(IBackgroundCopyJob5& job, JobSpec const& now, JobSpec const& spec,
                    Family family) {
  auto hr = set_texts(job, now, spec);
  if (SUCCEEDED(hr)) hr = set_numbers(job, now, spec);
  return SUCCEEDED(hr) ? set_fixed(job, now, spec, family) : hr;
}

}  // namespace freshet::test
