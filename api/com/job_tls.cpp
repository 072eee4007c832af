// Whom a job shows itself as, and what it puts up with of servers.
#include <algorithm>
#include <cwchar>
#include <span>
#include <utility>

#include "api/com/certificate_store.h"
#include "api/com/job_object.h"
#include "api/com/text.h"
#include "freshet/com/bg_hresults.h"
#include "freshet/com/objbase.h"

namespace freshet::com {

namespace {

constexpr std::size_t kStoreCharsMax = 256;  // With the end; of subjects too.

// BITS' flags are those of the engine, one bit higher.
constexpr ULONG kFlawFlags = BG_SSL_IGNORE_CERT_CN_INVALID | BG_SSL_IGNORE_CERT_DATE_INVALID |
                             BG_SSL_IGNORE_UNKNOWN_CA | BG_SSL_IGNORE_CERT_WRONG_USAGE;
static_assert(BG_SSL_IGNORE_CERT_CN_INVALID == tls_flaw::name << 1 &&
              BG_SSL_IGNORE_CERT_DATE_INVALID == tls_flaw::date << 1 &&
              BG_SSL_IGNORE_UNKNOWN_CA == tls_flaw::authority << 1 &&
              BG_SSL_IGNORE_CERT_WRONG_USAGE == tls_flaw::usage << 1);

HRESULT check_name(LPCWSTR text) {
  if (text == nullptr) return RPC_X_NULL_REF_POINTER;
  return std::wcslen(text) >= kStoreCharsMax ? BG_E_STRING_TOO_LONG : S_OK;
}

HRESULT give_thumbprint(CertificateName const& name, BYTE** hash) {
  auto* const bytes = static_cast<BYTE*>(CoTaskMemAlloc(name.thumbprint.size()));
  if (bytes == nullptr) return E_OUTOFMEMORY;
  std::ranges::copy(name.thumbprint, bytes);
  *hash = bytes;
  return S_OK;
}

}  // namespace

HRESULT JobObject::set_certificate(BG_CERT_STORE_LOCATION location, LPCWSTR store,
                                   Fits const& fits) {
  auto const name = to_utf8(store);
  if (!name) return E_INVALIDARG;
  std::string pem;
  if (auto const found = find_certificate(location, *name, fits, pem); FAILED(found)) return found;
  return change([&](JobInfo const&, JobSpec& spec, AppData& data) -> Result<void> {
    spec.http.client_certificate = pem;
    data.set("store", *name);
    data.set("store_location", static_cast<std::uint64_t>(location));
    return {};
  });
}

HRESULT JobObject::SetClientCertificateByID(BG_CERT_STORE_LOCATION location, LPCWSTR store,
                                            BYTE hash[20]) {
  if (auto const checked = check_name(store); FAILED(checked)) return checked;
  if (hash == nullptr) return RPC_X_NULL_REF_POINTER;
  return set_certificate(location, store, [&](CertificateName const& name) {
    return std::ranges::equal(name.thumbprint, std::span(hash, name.thumbprint.size()));
  });
}

HRESULT JobObject::SetClientCertificateByName(BG_CERT_STORE_LOCATION location, LPCWSTR store,
                                              LPCWSTR subject) {
  if (auto const checked = check_name(store); FAILED(checked)) return checked;
  if (auto const checked = check_name(subject); FAILED(checked)) return checked;
  auto const asked = to_utf8(subject);
  if (!asked || asked->empty()) return E_INVALIDARG;
  return set_certificate(location, store,
                         [&](CertificateName const& name) { return name.is_called(*asked); });
}

HRESULT JobObject::RemoveClientCertificate() {
  bool found = false;
  auto const hr = change([&](JobInfo const&, JobSpec& spec, AppData& data) -> Result<void> {
    found = !std::exchange(spec.http.client_certificate, {}).empty();
    data.erase("store");
    data.erase("store_location");
    return {};
  });
  return FAILED(hr) || found ? hr : S_FALSE;
}

HRESULT JobObject::GetClientCertificate(BG_CERT_STORE_LOCATION* location, LPWSTR* store,
                                        BYTE** hash, LPWSTR* subject) {
  if (location == nullptr || store == nullptr || hash == nullptr || subject == nullptr) {
    return RPC_X_NULL_REF_POINTER;
  }
  *store = *subject = nullptr;
  *hash = nullptr;
  auto const info = core_->info();
  if (!info) return core_->hresult(info);
  auto const name = certificate_name(info->spec.http.client_certificate);
  if (!name) return RPC_X_BAD_STUB_DATA;
  auto const data = AppData::parse(info->spec.app_data);
  *location = static_cast<BG_CERT_STORE_LOCATION>(data.number("store_location", 0));
  if (auto const given = give_text(data.get("store").value_or(""), store); FAILED(given)) {
    return given;
  }
  if (auto const given = give_thumbprint(*name, hash); FAILED(given)) return given;
  return give_text(name->subject_text(), subject);
}

HRESULT JobObject::SetSecurityFlags(ULONG flags) {
  constexpr auto kDowngrade = BG_HTTP_REDIRECT_POLICY_ALLOW_HTTPS_TO_HTTP;
  constexpr ULONG kRedirects = BG_HTTP_REDIRECT_POLICY_MASK;
  auto const redirects = flags & kRedirects;
  bool const known = redirects == 0 || redirects == BG_HTTP_REDIRECT_POLICY_ALLOW_REPORT ||
                     redirects == BG_HTTP_REDIRECT_POLICY_DISALLOW;
  // Nobody here brings lists of revoked certificates.
  if (!known || (flags & ~(kDowngrade | kRedirects | kFlawFlags)) != 0) return E_NOTIMPL;
  return change([&](auto const&, JobSpec& spec, AppData& data) -> Result<void> {
    spec.allow_downgrade = (flags & kDowngrade) != 0;
    spec.http.accepted_flaws = (flags & kFlawFlags) >> 1;
    spec.http.follow_redirects = redirects != BG_HTTP_REDIRECT_POLICY_DISALLOW;
    data.erase("report_redirects");
    if (redirects == BG_HTTP_REDIRECT_POLICY_ALLOW_REPORT) data.set("report_redirects", 1);
    return {};
  });
}

HRESULT JobObject::GetSecurityFlags(ULONG* flags) {
  return tell(flags, [](JobInfo const& info) {
    auto const data = AppData::parse(info.spec.app_data);
    auto const redirects = !info.spec.http.follow_redirects ? BG_HTTP_REDIRECT_POLICY_DISALLOW
                           : data.get("report_redirects")   ? BG_HTTP_REDIRECT_POLICY_ALLOW_REPORT
                                                            : 0U;
    return (info.spec.http.accepted_flaws << 1) | redirects |
           (info.spec.allow_downgrade ? BG_HTTP_REDIRECT_POLICY_ALLOW_HTTPS_TO_HTTP : 0U);
  });
}

// No other program is asked about a certificate.
HRESULT JobObject::SetServerCertificateValidationInterface(IUnknown* callback) {
  if (callback != nullptr) return E_NOTIMPL;
  return change([](auto const&, auto&, auto&) -> Result<void> { return {}; });
}

}  // namespace freshet::com
