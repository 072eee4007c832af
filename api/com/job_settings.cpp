// The settings of a job: names, priority, notices, delays and properties.
#include <algorithm>

#include "api/com/guid_text.h"
#include "api/com/job_object.h"
#include "api/com/job_post.h"
#include "api/com/text.h"
#include "freshet/com/bg_hresults.h"
#include "freshet/com/copy_callback.h"
#include "freshet/com/do_hresults.h"

namespace freshet::com {

namespace {

constexpr std::size_t kNameCharsMax = 256;
constexpr std::size_t kDescriptionCharsMax = 1024;
constexpr std::size_t kParameterCharsMax = 4000;
constexpr ULONG kRetrySecondsMin = 5;
constexpr ULONG kIntervalMsMin = 500;
constexpr ULONG kFlagsOfAll = BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR |
                              BG_NOTIFY_JOB_MODIFICATION | BG_NOTIFY_FILE_TRANSFERRED;
constexpr ULONG kFlagsOfBits = BG_NOTIFY_DISABLE | BG_NOTIFY_FILE_RANGES_TRANSFERRED;

// What is in force when nothing was set (JobOptions).
constexpr JobOptions kDefaults;

ULONG in_seconds(Duration duration) {
  return static_cast<ULONG>(std::chrono::duration_cast<std::chrono::seconds>(duration).count());
}

NotifyFlags to_engine(ULONG flags) {
  if ((flags & BG_NOTIFY_DISABLE) != 0) return {false, false, false, false};
  return {(flags & BG_NOTIFY_JOB_TRANSFERRED) != 0, (flags & BG_NOTIFY_JOB_ERROR) != 0,
          (flags & (BG_NOTIFY_FILE_TRANSFERRED | BG_NOTIFY_FILE_RANGES_TRANSFERRED)) != 0,
          (flags & BG_NOTIFY_JOB_MODIFICATION) != 0};
}

ULONG to_com(NotifyFlags const& flags) {
  return (flags.transferred ? BG_NOTIFY_JOB_TRANSFERRED : 0) |
         (flags.error ? BG_NOTIFY_JOB_ERROR : 0) |
         (flags.file_transferred ? BG_NOTIFY_FILE_TRANSFERRED : 0) |
         (flags.modification ? BG_NOTIFY_JOB_MODIFICATION : 0);
}

// Words between blanks; a part in double quotes is one word, or part of one.
std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  bool quoted = false;
  bool within = false;
  for (auto const letter : line) {
    bool const ends = !quoted && (letter == ' ' || letter == '\t');
    if (ends) {
      within = false;
      continue;
    }
    if (!within) words.emplace_back();
    within = true;
    if (letter == '"') {
      quoted = !quoted;
    } else {
      words.back() += letter;
    }
  }
  return words;
}

template <typename T>
Result<void> put(T& place, T value) {
  place = std::move(value);
  return {};
}

}  // namespace

HRESULT JobObject::SetDisplayName(LPCWSTR name) {
  auto text = name == nullptr ? std::nullopt : to_utf8(name);
  if (!text || text->empty() || std::wcslen(name) > kNameCharsMax) return E_INVALIDARG;
  return change([&](auto const&, JobSpec& spec, auto&) { return put(spec.name, *text); });
}

HRESULT JobObject::GetDisplayName(LPWSTR* name) {
  std::string text;
  auto const hr = tell(&text, [](JobInfo const& info) { return info.spec.name; });
  return FAILED(hr) ? hr : give_text(text, name);
}

HRESULT JobObject::SetDescription(LPCWSTR description) {
  auto text = description == nullptr ? std::nullopt : to_utf8(description);
  if (!text) return E_INVALIDARG;
  if (std::wcslen(description) > kDescriptionCharsMax) {
    return bits() ? BG_E_STRING_TOO_LONG : E_INVALIDARG;
  }
  return change([&](auto const&, JobSpec& spec, auto&) { return put(spec.description, *text); });
}

HRESULT JobObject::GetDescription(LPWSTR* description) {
  std::string text;
  auto const hr = tell(&text, [](JobInfo const& info) { return info.spec.description; });
  return FAILED(hr) ? hr : give_text(text, description);
}

HRESULT JobObject::SetPriority(BG_JOB_PRIORITY priority) {
  if (priority < BG_JOB_PRIORITY_FOREGROUND || priority > BG_JOB_PRIORITY_LOW) return E_NOTIMPL;
  return change([&](auto const&, JobSpec& spec, auto&) {
    return put(spec.priority, static_cast<Priority>(priority));
  });
}

HRESULT JobObject::GetPriority(BG_JOB_PRIORITY* priority) {
  return tell(priority,
              [](JobInfo const& info) { return static_cast<BG_JOB_PRIORITY>(info.spec.priority); });
}

HRESULT JobObject::SetNotifyFlags(ULONG flags) {
  auto const allowed = bits() ? kFlagsOfAll | kFlagsOfBits : kFlagsOfAll;
  if ((flags & ~allowed) != 0) return E_NOTIMPL;
  return change([&](auto const&, JobSpec& spec, AppData& data) -> Result<void> {
    spec.notify = to_engine(flags);
    data.erase("flags");
    if ((flags & kFlagsOfBits) != 0) data.set("flags", flags);
    return {};
  });
}

HRESULT JobObject::GetNotifyFlags(ULONG* flags) {
  return tell(flags, [](JobInfo const& info) {
    auto const otherwise = to_com(info.spec.notify);
    return static_cast<ULONG>(AppData::parse(info.spec.app_data).number("flags", otherwise));
  });
}

HRESULT JobObject::SetNotifyInterface(IUnknown* callback) {
  auto const id = core_->id();
  auto& host = core_->host();
  auto const last = host.post(id);
  if (callback == nullptr) {
    auto const ended = core_->ask<void>([&](Client& client) { return client.notify(id, {}); });
    if (ended && last) last->end();
    return core_->hresult(ended);
  }
  if (!query<IBackgroundCopyCallback>(callback)) return E_NOINTERFACE;
  auto const post = std::make_shared<JobPost>(core_, Ref<IUnknown>::share(callback));
  host.set_post(id, post);
  auto const started = JobPost::start(post);
  if (!started) {
    host.set_post(id, last);
  } else if (last) {
    last->end();
  }
  return core_->hresult(started);
}

HRESULT JobObject::GetNotifyInterface(IUnknown** callback) {
  if (callback == nullptr) return E_POINTER;
  auto const post = core_->host().post(core_->id());
  *callback = post ? post->callback().give() : nullptr;
  return S_OK;
}

HRESULT JobObject::SetNotifyCmdLine(LPCWSTR program, LPCWSTR parameters) {
  if (program == nullptr && parameters != nullptr) return E_INVALIDARG;
  auto const name = program == nullptr ? std::string() : to_utf8(program);
  auto const line = parameters == nullptr ? std::string() : to_utf8(parameters);
  if (!name || !line) return E_INVALIDARG;
  bool const long_name = program != nullptr && std::wcslen(program) > MAX_PATH;
  bool const long_line = parameters != nullptr && std::wcslen(parameters) > kParameterCharsMax;
  if (long_name || long_line) return BG_E_STRING_TOO_LONG;
  return change([&](auto const&, JobSpec& spec, AppData& data) -> Result<void> {
    spec.notify_command.clear();
    data.erase("parameters");
    if (name->empty()) return {};
    // The first parameter names the program once more.
    auto words = words_of(*line);
    if (!words.empty()) words.erase(words.begin());
    spec.notify_command.push_back(*name);
    spec.notify_command.insert(spec.notify_command.end(), words.begin(), words.end());
    if (parameters != nullptr) data.set("parameters", *line);
    return {};
  });
}

HRESULT JobObject::GetNotifyCmdLine(LPWSTR* program, LPWSTR* parameters) {
  if (program == nullptr || parameters == nullptr) return E_POINTER;
  *program = *parameters = nullptr;
  auto const info = core_->info();
  if (!info) return core_->hresult(info);
  if (info->spec.notify_command.empty()) return S_OK;
  auto const line = AppData::parse(info->spec.app_data).get("parameters");
  auto const given = give_text(info->spec.notify_command.front(), program);
  return FAILED(given) || !line ? given : give_text(*line, parameters);
}

HRESULT JobObject::set_seconds(Duration JobSpec::*member, ULONG seconds) {
  return change([&](auto const&, JobSpec& spec, auto&) {
    return put(spec.*member, Duration(std::chrono::seconds{seconds}));
  });
}

HRESULT JobObject::SetMinimumRetryDelay(ULONG seconds) {
  return set_seconds(&JobSpec::retry_delay_min, std::max(seconds, kRetrySecondsMin));
}

HRESULT JobObject::GetMinimumRetryDelay(ULONG* seconds) {
  return tell(seconds, [](JobInfo const& info) {
    auto const own = info.spec.retry_delay_min;
    return in_seconds(own > Duration::zero() ? own : kDefaults.retry_delay_min);
  });
}

// 0: the first failure that would be tried again is final. The engine's 0 is its default, so that
// the shortest time stands for it.
HRESULT JobObject::SetNoProgressTimeout(ULONG seconds) {
  if (seconds > 0) return set_seconds(&JobSpec::no_progress_timeout, seconds);
  return change([&](auto const&, JobSpec& spec, auto&) {
    return put(spec.no_progress_timeout, Duration(std::chrono::milliseconds{1}));
  });
}

HRESULT JobObject::GetNoProgressTimeout(ULONG* seconds) {
  return tell(seconds, [](JobInfo const& info) {
    auto const own = info.spec.no_progress_timeout;
    if (own > Duration::zero()) return in_seconds(own);
    bool const foreground = info.spec.priority == Priority::foreground;
    return in_seconds(foreground ? kDefaults.no_progress_foreground
                                 : kDefaults.no_progress_background);
  });
}

HRESULT JobObject::SetMaximumDownloadTime(ULONG seconds) {
  return set_seconds(&JobSpec::transfer_time_max, seconds);
}

HRESULT JobObject::GetMaximumDownloadTime(ULONG* seconds) {
  return tell(seconds, [](JobInfo const& info) {
    auto const own = info.spec.transfer_time_max;
    return in_seconds(own > Duration::zero() ? own : kDefaults.transfer_time_max);
  });
}

// Without the branch cache no peer is asked or served. The other two are of the past.
HRESULT JobObject::SetPeerCachingFlags(DWORD flags) {
  constexpr auto kKnown = BG_JOB_ENABLE_PEERCACHING_CLIENT | BG_JOB_ENABLE_PEERCACHING_SERVER |
                          BG_JOB_DISABLE_BRANCH_CACHE;
  if ((flags & ~kKnown) != 0) return E_INVALIDARG;
  return change([&](auto const&, JobSpec& spec, AppData& data) -> Result<void> {
    spec.validate_first = (flags & BG_JOB_DISABLE_BRANCH_CACHE) != 0;
    data.set("peer_flags", flags);
    return {};
  });
}

HRESULT JobObject::GetPeerCachingFlags(DWORD* flags) {
  return tell(flags, [](JobInfo const& info) {
    return static_cast<DWORD>(AppData::parse(info.spec.app_data).number("peer_flags", 0));
  });
}

HRESULT JobObject::SetProperty(BITS_JOB_PROPERTY_ID id, BITS_JOB_PROPERTY_VALUE value) {
  if (id == BITS_JOB_PROPERTY_ID_COST_FLAGS) {
    return change([&](auto const&, JobSpec& spec, auto&) {
      return put(spec.costs, std::uint32_t{value.Dword});
    });
  }
  if (id == BITS_JOB_PROPERTY_NOTIFICATION_CLSID) {
    // No class of another program can be made here.
    if (!(value.ClsID == CLSID_NULL)) return REGDB_E_CLASSNOTREG;
    return change([](auto const&, auto&, auto&) -> Result<void> { return {}; });
  }
  return bits() ? set_bits_property(id, value) : DO_E_UNKNOWN_PROPERTY_ID;
}

HRESULT JobObject::set_bits_property(BITS_JOB_PROPERTY_ID id, BITS_JOB_PROPERTY_VALUE value) {
  bool const on = value.Enable != FALSE;
  switch (id) {
    case BITS_JOB_PROPERTY_DYNAMIC_CONTENT:
      return change([&](auto const&, auto&, AppData& data) -> Result<void> {
        if (data.get("resumed")) return fail(Errc::fixed_after_resume, "job", "was resumed");
        data.set("dynamic", on ? 1 : 0);
        return {};
      });
    case BITS_JOB_PROPERTY_HIGH_PERFORMANCE:
      return change([&](JobInfo const& info, auto&, AppData& data) -> Result<void> {
        if (info.progress.files_total > 0) return fail(Errc::fixed_after_add, "job", "has files");
        data.set("fast", on ? 1 : 0);
        return {};
      });
    case BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE:
      if (value.Uint64 == 0) return BG_E_MAX_DOWNLOAD_SIZE_INVALID_VALUE;
      return change([&](auto const&, JobSpec& spec, auto&) {
        return put(spec.size_max, std::optional<Bytes>(value.Uint64));
      });
    case BITS_JOB_PROPERTY_MINIMUM_NOTIFICATION_INTERVAL_MS:
      return change([&](auto const&, auto&, AppData& data) -> Result<void> {
        data.set("interval", std::max(value.Dword, kIntervalMsMin));
        return {};
      });
    case BITS_JOB_PROPERTY_USE_STORED_CREDENTIALS:
      return BG_E_USE_STORED_CREDENTIALS_NOT_SUPPORTED;
    case BITS_JOB_PROPERTY_ON_DEMAND_MODE:
      return change([&](auto const&, auto&, AppData& data) -> Result<void> {
        data.set("on_demand", on ? 1 : 0);
        return {};
      });
    default:
      return BG_E_UNKNOWN_PROPERTY_ID;
  }
}

HRESULT JobObject::GetProperty(BITS_JOB_PROPERTY_ID id, BITS_JOB_PROPERTY_VALUE* value) {
  if (value == nullptr) return E_POINTER;
  *value = {};
  auto const info = core_->info();
  if (!info) return core_->hresult(info);
  auto const data = AppData::parse(info->spec.app_data);
  auto const enabled = [&](char const* name) { return data.number(name, 0) != 0 ? TRUE : FALSE; };
  bool const shared =
      id == BITS_JOB_PROPERTY_ID_COST_FLAGS || id == BITS_JOB_PROPERTY_NOTIFICATION_CLSID;
  if (!bits() && !shared) return DO_E_UNKNOWN_PROPERTY_ID;
  switch (id) {
    case BITS_JOB_PROPERTY_ID_COST_FLAGS:
      value->Dword = info->spec.costs;
      return S_OK;
    case BITS_JOB_PROPERTY_NOTIFICATION_CLSID:
      value->ClsID = CLSID_NULL;
      return S_OK;
    case BITS_JOB_PROPERTY_DYNAMIC_CONTENT:
      value->Enable = enabled("dynamic");
      return S_OK;
    case BITS_JOB_PROPERTY_HIGH_PERFORMANCE:
      value->Enable = enabled("fast");
      return S_OK;
    case BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE:
      value->Uint64 = info->spec.size_max.value_or(BG_SIZE_UNKNOWN);
      return S_OK;
    case BITS_JOB_PROPERTY_MINIMUM_NOTIFICATION_INTERVAL_MS:
      value->Dword = static_cast<DWORD>(data.number("interval", kIntervalMsMin));
      return S_OK;
    case BITS_JOB_PROPERTY_ON_DEMAND_MODE:
      value->Enable = enabled("on_demand");
      return S_OK;
    case BITS_JOB_PROPERTY_USE_STORED_CREDENTIALS:
      return S_OK;
    default:
      return BG_E_UNKNOWN_PROPERTY_ID;
  }
}

}  // namespace freshet::com
