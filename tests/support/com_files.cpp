#include "tests/support/com_files.h"

#include <Deliveryoptimization.h>

#include "engine/base/base64.h"
#include "tests/support/com_settings.h"

namespace freshet::test {

namespace {

// The JSON text of IntegrityCheckInfo; nothing when that cannot say it.
std::optional<std::string> integrity_info(FileIdentity const& identity) {
  FileIdentity plain;
  plain.manifest = identity.manifest;
  plain.hash_of_hashes = identity.hash_of_hashes;
  if (identity != plain || plain.manifest.empty() || !plain.hash_of_hashes) return std::nullopt;
  return R"({"PiecesHashFileUrl": ")" + plain.manifest + R"(", "HashOfHashes": ")" +
         to_base64(plain.hash_of_hashes->bytes) + R"("})";
}

HRESULT set_text(IDeliveryOptimizationFile2& file, DOFilePropertyId id, std::string const& text) {
  VARIANT value{};
  value.vt = VT_BSTR;
  value.bstrVal = SysAllocString(wide(text).c_str());
  auto const hr = file.SetProperty(id, &value);
  VariantClear(&value);
  return hr;
}

}  // namespace

// Whether COM can say all of it.
bool sayable(FileSpec const& file) {
  FileSpec plain;
  plain.urls = file.urls;
  plain.path = file.path;
  plain.ranges = file.ranges;
  return file.urls.size() <= 1 && file == plain;
}

std::vector<BG_FILE_RANGE> ranges_of(FileSpec const& file) {
  std::vector<BG_FILE_RANGE> ranges;
  for (auto const& range : file.ranges) {
    auto const length = range.end == kToEnd ? BG_LENGTH_TO_EOF : range.end - range.begin;
    ranges.push_back({range.begin, length});
  }
  return ranges;
}

std::optional<HRESULT> apply_change(IDeliveryOptimizationFile2& file, FileChange const& change) {
  if (change == FileChange{.path = change.path} && change.path) {
    return set_text(file, DOFilePropertyId_DownloadSinkFilePath, *change.path);
  }
  bool const only_identity =
      change == FileChange{.identity = change.identity, .manifest_optional = true};
  auto const info =
      only_identity && change.identity ? integrity_info(*change.identity) : std::nullopt;
  if (!info) return std::nullopt;
  return set_text(file, DOFilePropertyId_IntegrityCheckInfo, *info);
}

}  // namespace freshet::test
