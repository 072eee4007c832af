#include "api/com/download.h"

#include "freshet/com/do_hresults.h"

namespace freshet::com {

HRESULT Download::Start(DO_DOWNLOAD_RANGES_INFO const* ranges) {
  std::vector<ByteRange> wanted;
  auto const count = ranges == nullptr ? 0 : ranges->RangeCount;
  auto const* const first = ranges == nullptr ? nullptr : &ranges->Ranges[0];
  for (UINT i = 0; i < count; ++i) {
    auto const [offset, length] = first[i];
    bool const to_end = length == DO_LENGTH_TO_EOF;
    bool const beyond = offset == kToEnd || (!to_end && length > kToEnd - 1 - offset);
    if (beyond || length == 0) return DO_E_INVALID_RANGE;
    wanted.push_back({offset, to_end ? kToEnd : offset + length});
  }
  return core_->start(std::move(wanted));
}

HRESULT Download::GetStatus(DO_DOWNLOAD_STATUS* status) {
  if (status == nullptr) return E_POINTER;
  *status = core_->status();
  return S_OK;
}

HRESULT Download::GetProperty(DODownloadProperty id, VARIANT* value) {
  return value == nullptr ? E_POINTER : core_->get(id, value);
}

HRESULT Download::SetProperty(DODownloadProperty id, VARIANT const* value) {
  return value == nullptr ? E_POINTER : core_->set(id, *value);
}

}  // namespace freshet::com
