#include "api/com/file_object.h"

#include <algorithm>

#include "api/com/text.h"
#include "engine/job/job_totals.h"
#include "freshet/com/bg_hresults.h"
#include "freshet/com/do_hresults.h"
#include "freshet/com/objbase.h"

namespace freshet::com {

namespace {

HRESULT give_ranges(std::vector<ByteRange> const& ranges, DWORD* count, BG_FILE_RANGE** out) {
  if (count == nullptr || out == nullptr) return E_POINTER;
  *count = 0;
  *out = nullptr;
  if (ranges.empty()) return S_FALSE;
  *out = static_cast<BG_FILE_RANGE*>(CoTaskMemAlloc(ranges.size() * sizeof(BG_FILE_RANGE)));
  if (*out == nullptr) return E_OUTOFMEMORY;
  *count = static_cast<DWORD>(ranges.size());
  std::ranges::transform(ranges, *out, [](ByteRange const& range) {
    auto const length = range.end == kToEnd ? BG_LENGTH_TO_EOF : range.size();
    return BG_FILE_RANGE{range.begin, length};
  });
  return S_OK;
}

}  // namespace

Result<FileInfo> FileObject::look() {
  if (auto const at = index()) return core_->file(*at);
  FileInfo info;
  pending_->with([&](FileSpec const& spec, PendingFile::Sink const& sink) {
    info.spec = spec;
    info.spec.path = sink.path;
  });
  return info;
}

HRESULT FileObject::GetRemoteName(LPWSTR* name) {
  if (name == nullptr) return E_POINTER;
  *name = nullptr;
  auto const file = look();
  if (!file) return core_->hresult(file);
  return give_text(file->spec.urls.empty() ? std::string() : file->spec.urls.front(), name);
}

HRESULT FileObject::GetLocalName(LPWSTR* name) {
  if (name == nullptr) return E_POINTER;
  *name = nullptr;
  auto const file = look();
  return file ? give_text(file->spec.path, name) : core_->hresult(file);
}

HRESULT FileObject::GetProgress(BG_FILE_PROGRESS* progress) {
  if (progress == nullptr) return E_POINTER;
  auto const file = look();
  if (!file) return core_->hresult(file);
  auto const total = wanted_bytes(file->spec, file->length);
  *progress = {total.value_or(BG_SIZE_UNKNOWN), file->bytes_done, file->placed ? TRUE : FALSE};
  return S_OK;
}

HRESULT FileObject::GetFileRanges(DWORD* count, BG_FILE_RANGE** ranges) {
  auto const file = look();
  return file ? give_ranges(file->spec.ranges, count, ranges) : core_->hresult(file);
}

HRESULT FileObject::SetRemoteName(LPCWSTR name) {
  auto const url = name == nullptr ? std::nullopt : to_utf8(name);
  if (!url || url->empty()) return E_INVALIDARG;
  auto const at = index();
  if (!at) {
    pending_->with([&](FileSpec& spec, auto const&) { spec.urls = {*url}; });
    return S_OK;
  }
  return core_->hresult(
      core_->ask<void>([&](Client& client) { return client.set_urls(core_->id(), *at, {*url}); }));
}

HRESULT FileObject::GetTemporaryName(LPWSTR* name) {
  if (name == nullptr) return E_POINTER;
  *name = nullptr;
  auto const file = look();
  if (!file) return core_->hresult(file);
  return file->temporary_path.empty() ? E_NOT_SET : give_text(file->temporary_path, name);
}

HRESULT FileObject::SetValidationState(BOOL state) {
  auto const at = index();
  if (!at) return E_PENDING;
  return core_->hresult(core_->ask<void>(
      [&](Client& client) { return client.validate(core_->id(), *at, state != FALSE); }));
}

HRESULT FileObject::GetValidationState(BOOL* state) {
  if (state == nullptr) return E_POINTER;
  auto const file = look();
  if (!file) return core_->hresult(file);
  *state = file->validated ? TRUE : FALSE;
  return S_OK;
}

HRESULT FileObject::IsDownloadedFromPeer(BOOL* from_peer) {
  UINT64 origin = 0;
  UINT64 peers = 0;
  if (from_peer == nullptr) return E_POINTER;
  auto const hr = GetPeerDownloadStats(&origin, &peers);
  *from_peer = peers > 0 ? TRUE : FALSE;
  return hr;
}

HRESULT FileObject::GetPeerDownloadStats(UINT64* from_origin, UINT64* from_peers) {
  if (from_origin == nullptr || from_peers == nullptr) return E_POINTER;
  auto const file = look();
  if (!file) return core_->hresult(file);
  *from_origin = file->from_origin;
  *from_peers = file->from_peers;
  return S_OK;
}

HRESULT FileObject::SetProperty(BITS_FILE_PROPERTY_ID id, BITS_FILE_PROPERTY_VALUE) {
  bool const bits = core_->family() == Family::bits;
  if (id == BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS) {
    return bits ? BG_E_READ_ONLY_PROPERTY : DO_E_READ_ONLY_PROPERTY;
  }
  return bits ? BG_E_UNKNOWN_PROPERTY_ID : DO_E_UNKNOWN_PROPERTY_ID;
}

// The engine does not keep what servers answered beyond what it needs.
HRESULT FileObject::GetProperty(BITS_FILE_PROPERTY_ID id, BITS_FILE_PROPERTY_VALUE* value) {
  if (value == nullptr) return E_POINTER;
  value->String = nullptr;
  if (id == BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS) return E_NOTIMPL;
  bool const bits = core_->family() == Family::bits;
  return bits ? BG_E_UNKNOWN_PROPERTY_ID : DO_E_UNKNOWN_PROPERTY_ID;
}

// These two are for jobs that fetch on demand, which are not offered.
HRESULT FileObject::UpdateDownloadPosition(UINT64) {
  return E_NOTIMPL;
}
HRESULT FileObject::RequestFileRanges(DWORD, BG_FILE_RANGE[]) {
  return E_NOTIMPL;
}

// Ranges are told when all of them are there.
HRESULT FileObject::GetFilledFileRanges(DWORD* count, BG_FILE_RANGE** ranges) {
  if (count == nullptr || ranges == nullptr) return E_POINTER;
  auto const file = look();
  if (!file) return core_->hresult(file);
  std::vector<ByteRange> filled;
  if (file->transferred) filled = file->spec.ranges;
  if (file->transferred && filled.empty()) filled.push_back({0, file->length.value_or(0)});
  static_cast<void>(give_ranges(filled, count, ranges));
  return filled.empty() || *ranges != nullptr ? S_OK : E_OUTOFMEMORY;
}

}  // namespace freshet::com
