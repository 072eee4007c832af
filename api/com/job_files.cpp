// The files of a job: adding them, in all ways there are, and walking over them.
#include <algorithm>

#include "api/com/enumerator.h"
#include "api/com/file_object.h"
#include "api/com/job_object.h"
#include "api/com/pending_file.h"
#include "api/com/text.h"
#include "freshet/com/bg_hresults.h"
#include "freshet/com/do_hresults.h"

namespace freshet::com {

namespace {

// Nothing when a name is missing, empty or holds what is no character.
std::optional<FileSpec> to_spec(LPCWSTR remote_url, LPCWSTR local_name) {
  if (remote_url == nullptr || local_name == nullptr) return std::nullopt;
  auto url = to_utf8(remote_url);
  auto path = to_utf8(local_name);
  if (!url || !path || url->empty() || path->empty()) return std::nullopt;
  FileSpec spec;
  spec.urls = {std::move(*url)};
  spec.path = std::move(*path);
  return spec;
}

std::string file_data(std::string const& id, UINT64 size) {
  AppData data;
  data.set("id", id);
  if (size != DO_UNKNOWN_FILE_SIZE) data.set("size", size);
  return data.text();
}

}  // namespace

HRESULT JobObject::add(std::vector<FileSpec> files) {
  return core_->hresult(core_->ask<void>(
      [&](Client& client) { return client.add_files(core_->id(), std::move(files)); }));
}

HRESULT JobObject::AddFile(LPCWSTR remote_url, LPCWSTR local_name) {
  auto spec = to_spec(remote_url, local_name);
  return spec ? add({std::move(*spec)}) : E_INVALIDARG;
}

HRESULT JobObject::AddFileSet(ULONG count, BG_FILE_INFO* files) {
  if (count == 0 || files == nullptr) return E_INVALIDARG;
  std::vector<FileSpec> specs;
  for (ULONG i = 0; i < count; ++i) {
    auto spec = to_spec(files[i].RemoteName, files[i].LocalName);
    if (!spec) return E_INVALIDARG;
    specs.push_back(std::move(*spec));
  }
  return add(std::move(specs));
}

HRESULT JobObject::AddFileWithRanges(LPCWSTR remote_url, LPCWSTR local_name, DWORD range_count,
                                     BG_FILE_RANGE ranges[]) {
  auto spec = to_spec(remote_url, local_name);
  if (!spec || range_count == 0 || ranges == nullptr) return E_INVALIDARG;
  auto made = to_ranges(range_count, ranges);
  if (!made) return to_hresult(Errc::invalid_range, core_->family());
  spec->ranges = std::move(*made);
  return add({std::move(*spec)});
}

HRESULT JobObject::AddFileWithRanges(LPCWSTR file_id, LPCWSTR remote_url, LPCWSTR local_name,
                                     DWORD range_count, BG_FILE_RANGE ranges[], UINT64 file_size) {
  auto spec = to_spec(remote_url, local_name);
  auto const id = file_id == nullptr ? std::nullopt : to_utf8(file_id);
  if (!spec || !id || (range_count > 0 && ranges == nullptr)) return E_INVALIDARG;
  auto made = to_ranges(range_count, ranges);
  if (!made) return to_hresult(Errc::invalid_range, core_->family());
  std::ranges::sort(*made);
  spec->ranges = std::move(*made);
  spec->app_data = file_data(*id, file_size);
  return add({std::move(*spec)});
}

HRESULT JobObject::AddFile(LPCWSTR file_id, LPCWSTR remote_url, DWORD range_count,
                           BG_FILE_RANGE ranges[], REFIID riid, void** object) {
  if (object == nullptr) return E_POINTER;
  *object = nullptr;
  auto const id = file_id == nullptr ? std::nullopt : to_utf8(file_id);
  auto const url = remote_url == nullptr ? std::string() : to_utf8(remote_url);
  if (!id || id->empty() || !url || (range_count > 0 && ranges == nullptr)) return E_INVALIDARG;
  auto made = to_ranges(range_count, ranges);
  if (!made) return to_hresult(Errc::invalid_range, core_->family());
  auto const info = core_->info();
  if (!info) return core_->hresult(info);
  if (is_final(info->state)) return to_hresult(Errc::invalid_state, core_->family());
  FileSpec spec;
  if (!url->empty()) spec.urls = {*url};
  spec.ranges = std::move(*made);
  spec.app_data = file_data(*id, DO_UNKNOWN_FILE_SIZE);
  auto const file = std::make_shared<PendingFile>(std::move(spec));
  auto const made_object = make<FileObject>(core_, file);
  auto const hr = made_object->QueryInterface(riid, object);
  if (SUCCEEDED(hr)) core_->add_pending(file);
  return hr;
}

HRESULT JobObject::EnumFiles(IEnumBackgroundCopyFiles** files) {
  if (files == nullptr) return E_POINTER;
  *files = nullptr;
  auto const known = core_->files();
  if (!known) return core_->hresult(known);
  std::vector<Ref<IBackgroundCopyFile>> items;
  for (std::uint32_t i = 0; i < known->size(); ++i) {
    items.emplace_back(make<FileObject>(core_, i).give());
  }
  for (auto const& file : core_->pending()) {
    items.emplace_back(make<FileObject>(core_, file).give());
  }
  using Walk = CountedWalk<IEnumBackgroundCopyFiles, IBackgroundCopyFile>;
  *files = make<Walk>(std::move(items)).give();
  return S_OK;
}

HRESULT JobObject::ReplaceRemotePrefix(LPCWSTR old_prefix, LPCWSTR new_prefix) {
  if (old_prefix == nullptr || new_prefix == nullptr) return E_INVALIDARG;
  auto const from = to_utf8(old_prefix);
  auto const to = to_utf8(new_prefix);
  if (!from || !to) return E_INVALIDARG;
  auto const changed = core_->ask<std::uint32_t>(
      [&](Client& client) { return client.replace_prefix(core_->id(), *from, *to); });
  if (!changed) return core_->hresult(changed);
  return *changed > 0 ? S_OK : S_FALSE;
}

// They say what is taken over from a file server's copy; HTTP has nothing like it.
HRESULT JobObject::SetFileACLFlags(DWORD flags) {
  if ((flags & ~BG_COPY_FILE_ALL) != 0) return E_INVALIDARG;
  return change([&](JobInfo const& info, JobSpec&, AppData& data) -> Result<void> {
    if (info.state == JobState::transferred) {
      return fail(Errc::invalid_state, "job", "is transferred");
    }
    data.set("acl", flags);
    return {};
  });
}

HRESULT JobObject::GetFileACLFlags(DWORD* flags) {
  return tell(flags, [](JobInfo const& info) {
    return static_cast<DWORD>(AppData::parse(info.spec.app_data).number("acl", 0));
  });
}

// Replies belong to uploads.
HRESULT JobObject::GetReplyProgress(BG_JOB_REPLY_PROGRESS*) {
  return E_NOTIMPL;
}
HRESULT JobObject::GetReplyData(BYTE**, UINT64*) {
  return E_NOTIMPL;
}
HRESULT JobObject::SetReplyFileName(LPCWSTR) {
  return E_NOTIMPL;
}
HRESULT JobObject::GetReplyFileName(LPWSTR*) {
  return E_NOTIMPL;
}

}  // namespace freshet::com
