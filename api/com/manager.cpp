#include "api/com/manager.h"

#include "api/com/app_data.h"
#include "api/com/download.h"
#include "api/com/enumerator.h"
#include "api/com/guid_text.h"
#include "api/com/hresult_text.h"
#include "api/com/job_object.h"
#include "api/com/text.h"
#include "freshet/com/do_hresults.h"

namespace freshet::com {

namespace {

constexpr std::size_t kNameCharsMax = 256;
constexpr std::string_view kQueues[] = {"do", "bits"};

std::string queue_of(Family family) {
  return std::string(kQueues[static_cast<std::size_t>(family)]);
}

// As the class of this family says, where the engine's own are others.
JobSpec defaults(Family family) {
  JobSpec spec;
  spec.priority = Priority::normal;
  AppData data;
  data.set("queue", queue_of(family));
  spec.app_data = data.text();
  if (family == Family::bits) {
    spec.no_progress_timeout = std::chrono::hours{24 * 14};
    spec.retry_delay_min = std::chrono::seconds{600};
  }
  return spec;
}

// Downloads, of which only categories of texts can be asked for.
bool is_category(DODownloadProperty property) {
  return property == DODownloadProperty_Id || property == DODownloadProperty_Uri ||
         property == DODownloadProperty_ContentId || property == DODownloadProperty_DisplayName ||
         property == DODownloadProperty_LocalPath;
}

// The administrator wants BITS instead of Delivery Optimization.
bool is_bypassed(Client const& client) {
  auto const perf = client.perf();
  return perf && perf->mode == freshet::DownloadMode::bypass;
}

class DownloadWalk final : public Walk<IEnumUnknown, IUnknown, DownloadWalk> {
 public:
  using Walk::Walk;
};

}  // namespace

bool JobDesk::shows(JobInfo const& job) const {
  auto const queue = AppData::parse(job.spec.app_data).get("queue");
  return !queue || *queue == queue_of(family_);
}

HRESULT JobDesk::create(LPCWSTR name, BG_JOB_TYPE type, GUID* id, IBackgroundCopyJob** job) {
  if (id == nullptr || job == nullptr) return E_POINTER;
  *id = GUID_NULL;
  *job = nullptr;
  auto const text = name == nullptr ? std::nullopt : to_utf8(name);
  if (!text || text->empty() || std::wcslen(name) > kNameCharsMax) return E_INVALIDARG;
  if (type == BG_JOB_TYPE_UPLOAD || type == BG_JOB_TYPE_UPLOAD_REPLY) return E_NOTIMPL;
  if (type != BG_JOB_TYPE_DOWNLOAD) return E_INVALIDARG;
  auto const client = host_->client();
  if (!client) return to_hresult(Errc::stopped, family_);
  bool const optimizes = family_ == Family::delivery_optimization;
  if (optimizes && is_bypassed(*client)) return DO_E_NO_DOWNLOAD_EXTSETTINGS;
  auto spec = defaults(family_);
  spec.name = *text;
  auto const made = client->create(std::move(spec));
  if (!made) return to_hresult(made, family_);
  *id = to_guid(*made);
  *job = make<JobObject>(host_->core(*made, family_)).give();
  return S_OK;
}

HRESULT JobDesk::get(REFGUID id, IBackgroundCopyJob** job) {
  if (job == nullptr) return E_POINTER;
  *job = nullptr;
  auto const client = host_->client();
  if (!client) return to_hresult(Errc::stopped, family_);
  auto const info = client->job(to_job_id(id));
  if (!info) return to_hresult(info, family_);
  if (!shows(*info)) return to_hresult(Errc::job_not_found, family_);
  *job = make<JobObject>(host_->core(info->id, family_)).give();
  return S_OK;
}

HRESULT JobDesk::list(DWORD flags, IEnumBackgroundCopyJobs** jobs) {
  if (jobs == nullptr) return E_POINTER;
  *jobs = nullptr;
  if ((flags & ~BG_JOB_ENUM_ALL_USERS) != 0) return E_INVALIDARG;
  auto const client = host_->client();
  if (!client) return to_hresult(Errc::stopped, family_);
  auto const known = flags == 0 ? client->jobs() : client->all_jobs();
  if (!known) return to_hresult(known, family_);
  std::vector<Ref<IBackgroundCopyJob>> items;
  for (auto const& info : *known) {
    if (shows(info)) items.emplace_back(make<JobObject>(host_->core(info.id, family_)).give());
  }
  using Walk = CountedWalk<IEnumBackgroundCopyJobs, IBackgroundCopyJob>;
  *jobs = make<Walk>(std::move(items)).give();
  return S_OK;
}

template <typename... Others>
HRESULT Manager<Others...>::GetErrorDescription(HRESULT hr, DWORD language, LPWSTR* text) {
  if (text == nullptr) return E_POINTER;
  *text = nullptr;
  if (auto const known = check_language(language); FAILED(known)) return known;
  auto const found = hresult_text(hr);
  if (!found) return HRESULT_FROM_WIN32(ERROR_RESOURCE_LANG_NOT_FOUND);
  return give_text(*found, text);
}

template class Manager<>;
template class Manager<Versions<IDOManager>>;

HRESULT DoManager::CreateDownload(IDODownload** download) {
  if (download == nullptr) return E_POINTER;
  *download = nullptr;
  auto const client = desk_.host()->client();
  if (!client) return to_hresult(Errc::stopped, Family::delivery_optimization);
  if (is_bypassed(*client)) return DO_E_NO_DOWNLOAD_EXTSETTINGS;
  auto const core = std::make_shared<DownloadCore>(desk_.host());
  desk_.host()->add_download(core);
  *download = make<Download>(core).give();
  return S_OK;
}

HRESULT DoManager::EnumDownloads(DO_DOWNLOAD_ENUM_CATEGORY const* category,
                                 IEnumUnknown** downloads) {
  if (downloads == nullptr) return E_POINTER;
  *downloads = nullptr;
  bool const all = category == nullptr;
  if (!all && (!is_category(category->Property) || category->Value == nullptr)) {
    return E_INVALIDARG;
  }
  auto const wanted = all ? std::string() : to_utf8(category->Value);
  if (!wanted) return E_INVALIDARG;
  std::vector<Ref<IUnknown>> items;
  for (auto const& core : desk_.host()->downloads()) {
    if (!all && core->text(category->Property) != *wanted) continue;
    items.emplace_back(static_cast<IUnknown*>(make<Download>(core).give()));
  }
  if (items.empty()) return DO_E_NO_DOWNLOADS;
  *downloads = make<DownloadWalk>(std::move(items)).give();
  return S_OK;
}

}  // namespace freshet::com
