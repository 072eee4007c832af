#include "api/com/download_properties.h"

#include <algorithm>
#include <array>

#include "api/com/header_lines.h"
#include "api/com/integrity_info.h"
#include "api/com/text.h"
#include "engine/base/client_certificate.h"
#include "engine/base/url.h"
#include "freshet/com/do_hresults.h"
#include "freshet/com/do_interfaces.h"
#include "freshet/com/safe_array.h"

namespace freshet::com {

namespace {

using When = DownloadProperties::When;

enum class Access { read, write, both, none };

struct Row {
  VARTYPE type;
  Access access;
  When when;
  std::optional<std::uint64_t> otherwise;  // What it is when it was never set.
};

constexpr auto kBefore = When::before_start;
constexpr auto kIdle = When::while_idle;
constexpr auto kAny = When::any_time;
constexpr std::uint64_t kNoProgressSeconds = 1800;
constexpr std::uint64_t kNoProgressSecondsMin = 60;

// By number; `none` is not offered.
constexpr std::array<Row, 30> kRows{{
    {VT_BSTR, Access::read, kAny, {}},                  // Id
    {VT_BSTR, Access::both, kIdle, {}},                 // Uri
    {VT_BSTR, Access::both, kBefore, {}},               // ContentId
    {VT_BSTR, Access::both, kIdle, {}},                 // DisplayName
    {VT_BSTR, Access::both, kBefore, {}},               // LocalPath
    {VT_BSTR, Access::both, kIdle, {}},                 // HttpCustomHeaders
    {VT_UI4, Access::both, kAny, {}},                   // CostPolicy
    {VT_UI4, Access::write, kIdle, {}},                 // SecurityFlags
    {VT_UI4, Access::both, kAny, {}},                   // CallbackFreqPercent
    {VT_UI4, Access::both, kAny, 1},                    // CallbackFreqSeconds
    {VT_UI4, Access::both, kIdle, kNoProgressSeconds},  // NoProgressTimeoutSeconds
    {VT_BOOL, Access::both, kAny, 0},                   // ForegroundPriority
    {VT_BOOL, Access::both, kIdle, 0},                  // BlockingMode
    {VT_UNKNOWN, Access::both, kAny, {}},               // CallbackInterface
    {VT_UNKNOWN, Access::both, kBefore, {}},            // StreamInterface
    {VT_ARRAY | VT_UI1, Access::write, kIdle, {}},      // SecurityContext
    {VT_BOOL, Access::write, kIdle, {}},                // NetworkToken
    {VT_BSTR, Access::both, kIdle, {}},                 // CorrelationVector
    {VT_BSTR, Access::none, kBefore, {}},               // DecryptionInfo
    {VT_BSTR, Access::write, kBefore, {}},              // IntegrityCheckInfo
    {VT_BOOL, Access::both, kBefore, 0},                // IntegrityCheckMandatory
    {VT_UI8, Access::both, kBefore, {}},                // TotalSizeBytes
    {VT_BOOL, Access::both, kAny, 0},                   // DisallowOnCellular
    {VT_BSTR, Access::both, kIdle, {}},                 // HttpCustomAuthHeaders
    {VT_BOOL, Access::both, kIdle, 0},                  // HttpAllowSecureToNonSecureRedirect
    {VT_BOOL, Access::both, kBefore, 0},                // NonVolatile
    {VT_BSTR, Access::read, kAny, {}},                  // HttpRedirectionTarget
    {VT_BSTR, Access::read, kAny, {}},                  // HttpResponseHeaders
    {VT_BSTR, Access::read, kAny, {}},                  // HttpServerIPAddress
    {VT_UI4, Access::read, kAny, {}},                   // HttpStatusCode
}};

Row const* row_of(DODownloadProperty id) {
  auto const at = static_cast<std::size_t>(id);
  return at < kRows.size() ? &kRows[at] : nullptr;
}

std::uint32_t costs_of(std::uint64_t policy) {
  switch (policy) {
    case DODownloadCostPolicy_Unrestricted:
      return cost::only_unrestricted;
    case DODownloadCostPolicy_Standard:
      return cost::standard;
    case DODownloadCostPolicy_NoRoaming:
      return cost::not_roaming;
    case DODownloadCostPolicy_NoSurcharge:
      return cost::no_surcharge;
    default:
      return cost::always;
  }
}

struct FlawFlag {
  std::uint32_t flag;
  std::uint32_t flaw;
};
constexpr std::array<FlawFlag, 4> kFlawFlags{{
    {SECURITY_FLAG_IGNORE_CERT_CN_INVALID, tls_flaw::name},
    {SECURITY_FLAG_IGNORE_CERT_DATE_INVALID, tls_flaw::date},
    {SECURITY_FLAG_IGNORE_UNKNOWN_CA, tls_flaw::authority},
    {SECURITY_FLAG_IGNORE_CERT_WRONG_USAGE, tls_flaw::usage},
}};

// Nothing for what is not done: nobody here brings lists of revoked certificates.
std::optional<std::uint32_t> flaws_of(std::uint64_t flags) {
  std::uint32_t flaws = 0;
  for (auto const& [flag, flaw] : kFlawFlags) {
    if ((flags & flag) != 0) flaws |= flaw;
    flags &= ~std::uint64_t{flag};
  }
  return flags == 0 ? std::optional(flaws) : std::nullopt;
}

}  // namespace

When DownloadProperties::when(DODownloadProperty id) {
  auto const* const row = row_of(id);
  return row == nullptr ? kAny : row->when;
}

HRESULT DownloadProperties::check_set(DODownloadProperty id) {
  auto const* const row = row_of(id);
  if (row == nullptr) return DO_E_UNKNOWN_PROPERTY_ID;
  if (row->access == Access::none) return E_NOTIMPL;
  return row->access == Access::read ? DO_E_READ_ONLY_PROPERTY : S_OK;
}

HRESULT DownloadProperties::set(DODownloadProperty id, VARIANT const& value) {
  if (auto const allowed = check_set(id); FAILED(allowed)) return allowed;
  auto const type = row_of(id)->type;
  if (value.vt != type) return E_INVALIDARG;
  if (type == VT_BSTR) return set_text(id, value);
  if (id == DODownloadProperty_SecurityContext) return set_certificate(value.parray);
  return type == VT_UNKNOWN ? set_object(id, value) : set_number(id, value);
}

HRESULT DownloadProperties::set_text(DODownloadProperty id, VARIANT const& value) {
  auto const text = to_utf8({value.bstrVal, SysStringLen(value.bstrVal)});
  if (!text) return E_INVALIDARG;
  if (id == DODownloadProperty_Uri) {
    if (text->empty()) return E_INVALIDARG;
    auto const url = parse_url(*text);
    if (!url || url->scheme == "file") return INET_E_INVALID_URL;
  }
  if (id == DODownloadProperty_LocalPath) {
    if (has(DODownloadProperty_StreamInterface)) return DO_E_FILE_DOWNLOADSINK_ALREADY_SET;
    if (!text->starts_with('/') || text->ends_with('/')) return E_INVALIDARG;
  }
  bool const headers =
      id == DODownloadProperty_HttpCustomHeaders || id == DODownloadProperty_HttpCustomAuthHeaders;
  if (headers && !read_header_lines(*text)) return E_INVALIDARG;
  if (id == DODownloadProperty_IntegrityCheckInfo) {
    auto const info = read_integrity_info(*text);
    if (!info) return info.error().code == Errc::not_supported ? E_NOTIMPL : E_INVALIDARG;
  }
  values_[id] = *text;
  return S_OK;
}

HRESULT DownloadProperties::set_number(DODownloadProperty id, VARIANT const& value) {
  std::uint64_t number = value.ulVal;
  if (value.vt == VT_BOOL) number = value.boolVal != VARIANT_FALSE ? 1 : 0;
  if (value.vt == VT_UI8) number = value.ullVal;
  if (id == DODownloadProperty_SecurityFlags && !flaws_of(number)) return E_NOTIMPL;
  bool const wrong =
      (id == DODownloadProperty_CostPolicy && number > DODownloadCostPolicy_NoCellular) ||
      (id == DODownloadProperty_CallbackFreqPercent && number > 100) ||
      (id == DODownloadProperty_NoProgressTimeoutSeconds && number > 0 &&
       number < kNoProgressSecondsMin);
  if (wrong) return E_INVALIDARG;
  values_[id] = number;
  if (id == DODownloadProperty_NoProgressTimeoutSeconds && number == 0) values_.erase(id);
  return S_OK;
}

HRESULT DownloadProperties::set_object(DODownloadProperty id, VARIANT const& value) {
  if (value.punkVal == nullptr) {
    values_.erase(id);
    return S_OK;
  }
  bool const stream = id == DODownloadProperty_StreamInterface;
  if (stream && has(DODownloadProperty_LocalPath)) return DO_E_FILE_DOWNLOADSINK_ALREADY_SET;
  bool const fits = stream ? bool(query<IStream>(value.punkVal))
                           : bool(query<IDODownloadStatusCallback>(value.punkVal));
  if (!fits) return E_INVALIDARG;
  values_[id] = Ref<IUnknown>::share(value.punkVal);
  return S_OK;
}

HRESULT DownloadProperties::set_certificate(SAFEARRAY const* bytes) {
  auto const size = bytes == nullptr ? 0 : bytes->rgsabound[0].cElements;
  if (size == 0) {
    values_.erase(DODownloadProperty_SecurityContext);
    return S_OK;
  }
  std::string pem(static_cast<char const*>(bytes->pvData), size);
  if (!check_client_certificate(pem)) return E_INVALIDARG;
  values_[DODownloadProperty_SecurityContext] = std::move(pem);
  return S_OK;
}

HRESULT DownloadProperties::get(DODownloadProperty id, VARIANT* value) const {
  VariantInit(value);
  auto const* const row = row_of(id);
  if (row == nullptr) return DO_E_UNKNOWN_PROPERTY_ID;
  if (row->access == Access::write || row->access == Access::none) return DO_E_WRITE_ONLY_PROPERTY;
  bool const number = row->type != VT_BSTR && row->type != VT_UNKNOWN;
  bool const has_default = row->otherwise || id == DODownloadProperty_CostPolicy;
  if (!has(id) && !has_default) return E_NOT_SET;
  if (row->type == VT_BSTR) return give_text(text(id), value);
  value->vt = row->type;
  if (!number) {
    value->punkVal = object<IUnknown>(id).give();
  } else if (row->type == VT_BOOL) {
    value->boolVal = flag(id) ? VARIANT_TRUE : VARIANT_FALSE;
  } else if (row->type == VT_UI8) {
    value->ullVal = this->number(id);
  } else {
    value->ulVal = static_cast<ULONG>(this->number(id));
  }
  return S_OK;
}

std::string DownloadProperties::text(DODownloadProperty id) const {
  auto const found = values_.find(id);
  auto const* const text =
      found == values_.end() ? nullptr : std::get_if<std::string>(&found->second);
  return text == nullptr ? std::string() : *text;
}

std::uint64_t DownloadProperties::number(DODownloadProperty id) const {
  auto const found = values_.find(id);
  if (found != values_.end()) return std::get<std::uint64_t>(found->second);
  if (id != DODownloadProperty_CostPolicy) return row_of(id)->otherwise.value_or(0);
  bool const foreground = flag(DODownloadProperty_ForegroundPriority);
  return foreground ? DODownloadCostPolicy_Always : DODownloadCostPolicy_Standard;
}

std::optional<std::uint64_t> DownloadProperties::expected_size() const {
  if (!has(DODownloadProperty_TotalSizeBytes)) return std::nullopt;
  return number(DODownloadProperty_TotalSizeBytes);
}

HRESULT DownloadProperties::check_start() const {
  if (!has(DODownloadProperty_Uri)) {
    auto const content = text(DODownloadProperty_ContentId);
    if (content.empty()) return DO_E_DOWNLOAD_NO_URI;
    if (!content_id_from_string(content)) return DO_E_INVALID_CONTENT_ID;
  }
  if (!has(DODownloadProperty_LocalPath) && !has(DODownloadProperty_StreamInterface)) {
    return DO_E_FILE_DOWNLOADSINK_UNSPECIFIED;
  }
  bool const unchecked = flag(DODownloadProperty_IntegrityCheckMandatory) &&
                         !has(DODownloadProperty_IntegrityCheckInfo);
  return unchecked ? DO_E_INTEGRITYCHECKINFO_UNSPECIFIED : S_OK;
}

void DownloadProperties::shape(JobSpec& spec) const {
  auto const name = text(DODownloadProperty_DisplayName);
  spec.name = name.empty() ? "download" : name.substr(0, 256);
  bool const foreground = flag(DODownloadProperty_ForegroundPriority);
  spec.priority = foreground ? Priority::foreground : Priority::normal;
  spec.costs = costs_of(number(DODownloadProperty_CostPolicy));
  spec.no_progress_timeout =
      std::chrono::seconds{number(DODownloadProperty_NoProgressTimeoutSeconds)};
  spec.allow_downgrade = flag(DODownloadProperty_HttpAllowSecureToNonSecureRedirect);
  spec.http.accepted_flaws = flaws_of(number(DODownloadProperty_SecurityFlags)).value_or(0);
  spec.http.client_certificate = text(DODownloadProperty_SecurityContext);
  spec.size_max = expected_size();
  spec.headers = read_header_lines(text(DODownloadProperty_HttpCustomHeaders)).value();
  auto const vector = text(DODownloadProperty_CorrelationVector);
  if (!vector.empty()) spec.headers.push_back({"MS-CV", vector});
}

void DownloadProperties::shape(FileSpec& file) const {
  auto const url = text(DODownloadProperty_Uri);
  if (!url.empty()) file.urls = {url};
  file.path = text(DODownloadProperty_LocalPath);
  file.content = content_id_from_string(text(DODownloadProperty_ContentId));
  if (!has(DODownloadProperty_IntegrityCheckInfo)) return;
  auto const info = read_integrity_info(text(DODownloadProperty_IntegrityCheckInfo));
  file.manifest = info->url;
  file.hash_of_hashes = info->hash_of_hashes;
  file.manifest_sha256 = info->digest;
  file.manifest_optional = !flag(DODownloadProperty_IntegrityCheckMandatory);
}

std::vector<Header> DownloadProperties::answers_to_challenge() const {
  return read_header_lines(text(DODownloadProperty_HttpCustomAuthHeaders)).value();
}

void DownloadProperties::note(HttpAnswer const& answer) {
  put(DODownloadProperty_HttpResponseHeaders, to_utf8(to_letters(answer.head)).value());
  put(DODownloadProperty_HttpServerIPAddress, answer.address);
  values_[DODownloadProperty_HttpStatusCode] = std::uint64_t{answer.status};
  values_.erase(DODownloadProperty_HttpRedirectionTarget);
  if (answer.url != text(DODownloadProperty_Uri)) {
    put(DODownloadProperty_HttpRedirectionTarget, answer.url);
  }
}

void DownloadProperties::save(AppData& data) const {
  for (auto const& [id, value] : values_) {
    bool const told = row_of(id)->access == Access::read && id != DODownloadProperty_Id;
    // The engine keeps certificate and key, where nobody is shown the key.
    if (told || id == DODownloadProperty_SecurityContext) continue;
    auto const name = "p" + std::to_string(static_cast<int>(id));
    if (auto const* const text = std::get_if<std::string>(&value)) data.set(name, *text);
    if (auto const* const number = std::get_if<std::uint64_t>(&value)) data.set(name, *number);
  }
}

void DownloadProperties::load(AppData const& data) {
  for (std::size_t at = 0; at < kRows.size(); ++at) {
    auto const name = "p" + std::to_string(at);
    if (!data.get(name)) continue;
    auto& value = values_[static_cast<DODownloadProperty>(at)];
    if (kRows[at].type == VT_BSTR) {
      value = *data.get(name);
    } else {
      value = data.number(name, 0);
    }
  }
}

}  // namespace freshet::com
