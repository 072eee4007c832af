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
  std::ranges::transform(ranges, *out, to_com);
  return S_OK;
}

}  // namespace

BG_FILE_RANGE to_com(ByteRange const& range) {
  return {range.begin, range.end == kToEnd ? BG_LENGTH_TO_EOF : range.size()};
}

std::optional<std::vector<ByteRange>> to_ranges(DWORD count, BG_FILE_RANGE const* ranges) {
  std::vector<ByteRange> made;
  for (DWORD i = 0; i < count; ++i) {
    auto const [begin, length] = ranges[i];
    bool const to_end = length == BG_LENGTH_TO_EOF;
    bool const beyond = begin == BG_LENGTH_TO_EOF || (!to_end && length > kToEnd - 1 - begin);
    if (beyond || length == 0) return std::nullopt;
    made.push_back({begin, to_end ? kToEnd : begin + length});
  }
  return made;
}

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
  if (auto const moved = redirected(); !moved.empty()) return give_text(moved, name);
  return give_text(file->spec.urls.empty() ? std::string() : file->spec.urls.front(), name);
}

std::string FileObject::redirected() {
  auto const at = index();
  auto const info = core_->info();
  bool const wanted = at && info && AppData::parse(info->spec.app_data).get("report_redirects");
  if (!wanted) return {};
  auto const answer =
      core_->ask<HttpAnswer>([&](Client& client) { return client.answer(core_->id(), *at); });
  return answer ? answer->url : std::string();
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

HRESULT FileObject::give_head(LPWSTR* head) {
  auto const at = index();
  if (!at) return E_NOT_SET;
  auto const answer =
      core_->ask<HttpAnswer>([&](Client& client) { return client.answer(core_->id(), *at); });
  if (!answer && answer.error().code == Errc::not_yet) return E_NOT_SET;
  if (!answer) return core_->hresult(answer);
  return give_text(to_letters(answer->head), head);
}

HRESULT FileObject::GetProperty(BITS_FILE_PROPERTY_ID id, BITS_FILE_PROPERTY_VALUE* value) {
  if (value == nullptr) return E_POINTER;
  value->String = nullptr;
  if (id == BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS) return give_head(&value->String);
  bool const bits = core_->family() == Family::bits;
  return bits ? BG_E_UNKNOWN_PROPERTY_ID : DO_E_UNKNOWN_PROPERTY_ID;
}

// Where the job has to take everything in one piece, nothing comes first.
HRESULT FileObject::may_choose() {
  auto const info = core_->info();
  if (!info) return core_->hresult(info);
  bool const dynamic = AppData::parse(info->spec.app_data).number("dynamic", 0) != 0;
  if (dynamic) return BG_E_RANDOM_ACCESS_NOT_SUPPORTED;
  return index() ? S_OK : to_hresult(Errc::invalid_state, core_->family());
}

HRESULT FileObject::UpdateDownloadPosition(UINT64 offset) {
  if (auto const may = may_choose(); FAILED(may)) return may;
  return core_->prefer_from(*index(), offset);
}

HRESULT FileObject::RequestFileRanges(DWORD count, BG_FILE_RANGE ranges[]) {
  if (count == 0 || ranges == nullptr) return E_INVALIDARG;
  auto made = to_ranges(count, ranges);
  if (!made) return to_hresult(Errc::invalid_range, core_->family());
  if (auto const may = may_choose(); FAILED(may)) return may;
  return core_->request_ranges(*index(), std::move(*made));
}

HRESULT FileObject::GetFilledFileRanges(DWORD* count, BG_FILE_RANGE** ranges) {
  if (count == nullptr || ranges == nullptr) return E_POINTER;
  auto const file = look();
  if (!file) return core_->hresult(file);
  std::vector<ByteRange> filled;
  if (file->transferred) {
    filled = file->spec.ranges;
    if (filled.empty()) filled.push_back({0, file->length.value_or(0)});
  } else if (auto const at = index()) {
    filled = core_->filled(*at);
  }
  static_cast<void>(give_ranges(filled, count, ranges));
  return filled.empty() || *ranges != nullptr ? S_OK : E_OUTOFMEMORY;
}

}  // namespace freshet::com
