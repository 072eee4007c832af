// The life of a job: from its first Resume to its end, and what can be asked of it meanwhile.
#include "api/com/job_object.h"

#include "api/com/error_object.h"
#include "api/com/guid_text.h"
#include "api/com/text.h"
#include "freshet/com/bg_hresults.h"
#include "freshet/com/do_hresults.h"

namespace freshet::com {

namespace {

constexpr ULONG kMediumIntegrity = 0x2000;
constexpr ULONG kHighIntegrity = 0x3000;

BG_JOB_STATE to_com(JobState state) {
  switch (state) {
    case JobState::suspended:
      return BG_JOB_STATE_SUSPENDED;
    case JobState::queued:
      return BG_JOB_STATE_QUEUED;
    case JobState::connecting:
      return BG_JOB_STATE_CONNECTING;
    case JobState::transferring:
      return BG_JOB_STATE_TRANSFERRING;
    case JobState::transient_error:
      return BG_JOB_STATE_TRANSIENT_ERROR;
    case JobState::error:
      return BG_JOB_STATE_ERROR;
    case JobState::transferred:
      return BG_JOB_STATE_TRANSFERRED;
    case JobState::acknowledged:
      return BG_JOB_STATE_ACKNOWLEDGED;
    case JobState::cancelled:
      return BG_JOB_STATE_CANCELLED;
  }
  return BG_JOB_STATE_ERROR;
}

FILETIME to_filetime(std::optional<WallTime> time) {
  if (!time) return {};
  constexpr std::int64_t kFrom1601ToEpochMs = 11'644'473'600'000;
  auto const ticks =
      static_cast<std::uint64_t>((time->time_since_epoch().count() + kFrom1601ToEpochMs) * 10'000);
  return {static_cast<DWORD>(ticks & 0xFFFFFFFF), static_cast<DWORD>(ticks >> 32)};
}

BG_JOB_PROGRESS to_com(Progress const& progress) {
  return {progress.bytes_total.value_or(BG_SIZE_UNKNOWN), progress.bytes_done, progress.files_total,
          progress.files_done};
}

}  // namespace

HRESULT JobObject::change(JobCore::Edit const& edit) {
  return core_->hresult(core_->change(edit));
}

HRESULT JobObject::Suspend() {
  return core_->hresult(
      core_->ask<void>([&](Client& client) { return client.suspend(core_->id()); }));
}

HRESULT JobObject::Resume() {
  if (auto const added = core_->add_pending_to_engine(); FAILED(added)) return added;
  // On demand nothing is fetched that was not asked for.
  auto const info = core_->info();
  bool const on_demand = info && AppData::parse(info->spec.app_data).number("on_demand", 0) != 0;
  bool const waits = on_demand && info->state == JobState::suspended && !core_->has_requests();
  if (waits && info->progress.files_total > 0) return S_OK;
  auto const resumed = core_->ask<void>([&](Client& client) { return client.resume(core_->id()); });
  if (resumed && bits()) {
    // Some properties are fixed from now on.
    static_cast<void>(core_->change([](auto const&, auto&, AppData& data) -> Result<void> {
      if (data.ours()) data.set("resumed", 1);
      return {};
    }));
  }
  return core_->hresult(resumed);
}

HRESULT JobObject::Cancel() {
  return core_->hresult(core_->cancel());
}

HRESULT JobObject::Complete() {
  auto const streamed = core_->finish_streams();
  auto const done = core_->complete();
  if (!done) return core_->hresult(done);
  core_->drop_stream_files();
  if (FAILED(streamed)) return streamed;
  // Delivery Optimization keeps the same files and has no code for it.
  return bits() && done->files_dropped > 0 ? BG_S_PARTIAL_COMPLETE : S_OK;
}

HRESULT JobObject::GetId(GUID* id) {
  if (id == nullptr) return E_POINTER;
  *id = to_guid(core_->id());
  return S_OK;
}

HRESULT JobObject::GetType(BG_JOB_TYPE* type) {
  if (type == nullptr) return E_POINTER;
  *type = BG_JOB_TYPE_DOWNLOAD;
  return S_OK;
}

HRESULT JobObject::GetProgress(BG_JOB_PROGRESS* progress) {
  return tell(progress, [](JobInfo const& info) { return to_com(info.progress); });
}

HRESULT JobObject::GetTimes(BG_JOB_TIMES* times) {
  return tell(times, [](JobInfo const& info) {
    return BG_JOB_TIMES{to_filetime(info.created), to_filetime(info.modified),
                        to_filetime(info.transferred)};
  });
}

HRESULT JobObject::GetState(BG_JOB_STATE* state) {
  return tell(state, [](JobInfo const& info) { return to_com(info.state); });
}

HRESULT JobObject::GetError(IBackgroundCopyError** error) {
  if (error == nullptr) return E_POINTER;
  *error = nullptr;
  auto const report =
      core_->ask<ErrorReport>([&](Client& client) { return client.error(core_->id()); });
  if (!report) {
    // A job that has ended has no error either.
    bool const ended = report.error().code == Errc::invalid_state;
    return to_hresult(ended ? Errc::error_unavailable : report.error().code, core_->family());
  }
  *error = make<ErrorObject>(core_, *report).give();
  return S_OK;
}

HRESULT JobObject::GetErrorCount(ULONG* count) {
  return tell(count, [](JobInfo const& info) { return info.error_count; });
}

// Users of Unix have a place among security identifiers: S-1-22-1, by their number.
HRESULT JobObject::GetOwner(LPWSTR* sid) {
  if (sid == nullptr) return E_POINTER;
  *sid = nullptr;
  auto const info = core_->info();
  if (!info) return core_->hresult(info);
  return give_text("S-1-22-1-" + std::to_string(info->owner), sid);
}

HRESULT JobObject::TakeOwnership() {
  return core_->hresult(
      core_->ask<void>([&](Client& client) { return client.take_ownership(core_->id()); }));
}

HRESULT JobObject::GetOwnerIntegrityLevel(ULONG* level) {
  return tell(level, [](JobInfo const& info) {
    return info.owner == 0 ? kHighIntegrity : kMediumIntegrity;
  });
}

HRESULT JobObject::GetOwnerElevationState(BOOL* elevated) {
  return tell(elevated, [](JobInfo const& info) { return info.owner == 0 ? TRUE : FALSE; });
}

HRESULT JobObject::GetProperty(DOJobPropertyId id, VARIANT* value) {
  if (value == nullptr) return E_POINTER;
  VariantInit(value);
  if (id != DOJobPropertyId_ExtendedErrorInfo) return DO_E_UNKNOWN_PROPERTY_ID;
  auto const info = core_->info();
  if (!info) return core_->hresult(info);
  if (!info->error) return DO_E_ERROR_INFORMATION_UNAVAILABLE;
  return give_text(describe(info->error->error), value);
}

HRESULT JobObject::SetProperty(DOJobPropertyId id, VARIANT const*) {
  bool const known = id == DOJobPropertyId_ExtendedErrorInfo;
  return known ? DO_E_READ_ONLY_PROPERTY : DO_E_UNKNOWN_PROPERTY_ID;
}

}  // namespace freshet::com
