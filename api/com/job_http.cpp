// How a job speaks HTTP: proxy, credentials, headers and method.
#include <algorithm>
#include <span>

#include "api/com/header_lines.h"
#include "api/com/job_object.h"
#include "api/com/text.h"
#include "engine/base/base64.h"
#include "engine/base/url.h"
#include "freshet/com/bg_hresults.h"

namespace freshet::com {

namespace {

constexpr std::size_t kHeaderCharsMax = 16'384;  // With the end.
constexpr std::size_t kProxyCharsMax = 4000;
constexpr std::size_t kUserCharsMax = 300;
constexpr std::size_t kPasswordCharsMax = 65'535;
constexpr std::string_view kAuthorization = "Authorization";

// The first proxy of a list such as "http=one:80;https=two:80" or "one:80 two:80".
std::string first_proxy(std::string_view list) {
  auto const first = list.substr(0, list.find_first_of(" ;\t"));
  auto const equals = first.find('=');
  auto const proxy = equals == std::string_view::npos ? first : first.substr(equals + 1);
  if (proxy.empty() || proxy.find("://") != std::string_view::npos) return std::string(proxy);
  return "http://" + std::string(proxy);
}

// "*.example.org;10.0.0.1 <local>" as hosts with commas between. Nothing here tells local names.
std::string bypassed(std::string_view list) {
  std::string hosts;
  while (!list.empty()) {
    auto const end = std::min(list.find_first_of(";, \t\r\n"), list.size());
    auto host = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    if (host.starts_with("*.")) host.remove_prefix(1);
    if (!host.empty() && host != "<local>") hosts += (hosts.empty() ? "" : ",") + std::string(host);
  }
  return hosts;
}

void without_credentials(std::vector<Header>& headers, AppData const& data) {
  if (!data.get("credentials")) return;
  std::erase_if(headers, [](Header const& header) { return header.name == kAuthorization; });
}

std::string basic(std::string const& user, std::string const& password) {
  auto const both = user + ":" + password;
  return "Basic " + to_base64(std::as_bytes(std::span(both)));
}

Result<void> set_proxy_user(JobSpec& spec, std::string userinfo) {
  auto url = parse_url(spec.proxy);
  if (!url) return fail(Errc::invalid_argument, "proxy", "is not set");
  url->userinfo = std::move(userinfo);
  spec.proxy = to_string(*url);
  return {};
}

HRESULT check_credentials(BG_AUTH_TARGET target, BG_AUTH_SCHEME scheme) {
  if (target != BG_AUTH_TARGET_SERVER && target != BG_AUTH_TARGET_PROXY) {
    return BG_E_INVALID_AUTH_TARGET;
  }
  if (scheme < BG_AUTH_SCHEME_BASIC || scheme > BG_AUTH_SCHEME_PASSPORT) {
    return BG_E_INVALID_AUTH_SCHEME;
  }
  bool const digest = scheme == BG_AUTH_SCHEME_DIGEST && target == BG_AUTH_TARGET_SERVER;
  return scheme == BG_AUTH_SCHEME_BASIC || digest ? S_OK : E_NOTIMPL;
}

}  // namespace

HRESULT JobObject::SetProxySettings(BG_JOB_PROXY_USAGE usage, WCHAR const* list,
                                    WCHAR const* bypass) {
  if (usage < BG_JOB_PROXY_USAGE_PRECONFIG || usage > BG_JOB_PROXY_USAGE_AUTODETECT) {
    return E_NOTIMPL;
  }
  bool const own = usage == BG_JOB_PROXY_USAGE_OVERRIDE;
  if (own != (list != nullptr) || (!own && bypass != nullptr)) return E_INVALIDARG;
  if (list != nullptr && std::wcslen(list) > kProxyCharsMax) return BG_E_PROXY_LIST_TOO_LARGE;
  if (bypass != nullptr && std::wcslen(bypass) > kProxyCharsMax) {
    return BG_E_PROXY_BYPASS_LIST_TOO_LARGE;
  }
  auto const proxies = list == nullptr ? std::string() : to_utf8(list);
  auto const excepted = bypass == nullptr ? std::string() : to_utf8(bypass);
  if (!proxies || !excepted) return E_INVALIDARG;
  return change([&](auto const&, JobSpec& spec, AppData& data) -> Result<void> {
    spec.proxy = usage == BG_JOB_PROXY_USAGE_NO_PROXY ? "-" : first_proxy(*proxies);
    data.set("proxy", static_cast<std::uint64_t>(usage));
    data.erase("proxy_list");
    data.erase("bypass");
    if (own) data.set("proxy_list", *proxies);
    if (!excepted->empty()) data.set("bypass", *excepted);
    spec.http.no_proxy = bypassed(*excepted);
    return {};
  });
}

HRESULT JobObject::GetProxySettings(BG_JOB_PROXY_USAGE* usage, LPWSTR* list, LPWSTR* bypass) {
  if (usage == nullptr || list == nullptr || bypass == nullptr) return E_POINTER;
  *list = *bypass = nullptr;
  auto const info = core_->info();
  if (!info) return core_->hresult(info);
  auto const data = AppData::parse(info->spec.app_data);
  auto const seen = info->spec.proxy.empty()  ? BG_JOB_PROXY_USAGE_PRECONFIG
                    : info->spec.proxy == "-" ? BG_JOB_PROXY_USAGE_NO_PROXY
                                              : BG_JOB_PROXY_USAGE_OVERRIDE;
  *usage = static_cast<BG_JOB_PROXY_USAGE>(data.number("proxy", static_cast<unsigned>(seen)));
  if (auto const proxies = data.get("proxy_list")) {
    if (auto const given = give_text(*proxies, list); FAILED(given)) return given;
  }
  auto const excepted = data.get("bypass");
  return excepted ? give_text(*excepted, bypass) : S_OK;
}

HRESULT JobObject::SetCredentials(BG_AUTH_CREDENTIALS* credentials) {
  if (credentials == nullptr) return E_INVALIDARG;
  auto const known = check_credentials(credentials->Target, credentials->Scheme);
  if (FAILED(known)) return known;
  auto const& [user, password] = credentials->Credentials.Basic;
  if (user == nullptr || password == nullptr) return BG_E_INVALID_CREDENTIALS;
  if (std::wcslen(user) > kUserCharsMax) return BG_E_USERNAME_TOO_LARGE;
  if (std::wcslen(password) > kPasswordCharsMax) return BG_E_PASSWORD_TOO_LARGE;
  auto const name = to_utf8(user);
  auto const secret = to_utf8(password);
  if (!name || !secret) return BG_E_INVALID_CREDENTIALS;
  auto const set = core_->change([&](auto const&, JobSpec& spec, AppData& data) -> Result<void> {
    if (credentials->Target == BG_AUTH_TARGET_PROXY) {
      return set_proxy_user(spec, percent_encoded(*name) + ":" + percent_encoded(*secret));
    }
    if (credentials->Scheme == BG_AUTH_SCHEME_DIGEST) {
      spec.http.digest_credentials = percent_encoded(*name) + ":" + percent_encoded(*secret);
      return {};
    }
    without_credentials(spec.headers, data);
    spec.headers.push_back({std::string(kAuthorization), basic(*name, *secret)});
    data.set("credentials", 1);
    return {};
  });
  bool const too_long = !set && set.error().code == Errc::limit_reached;
  return too_long ? BG_E_PASSWORD_TOO_LARGE : core_->hresult(set);
}

HRESULT JobObject::RemoveCredentials(BG_AUTH_TARGET target, BG_AUTH_SCHEME scheme) {
  auto const known = check_credentials(target, scheme);
  if (known == E_NOTIMPL) return S_FALSE;  // There can be none of these.
  if (FAILED(known)) return known;
  bool found = false;
  auto const hr = change([&](auto const&, JobSpec& spec, AppData& data) -> Result<void> {
    if (target == BG_AUTH_TARGET_PROXY) {
      auto const url = parse_url(spec.proxy);
      found = url && !url->userinfo.empty();
      return found ? set_proxy_user(spec, {}) : Result<void>();
    }
    if (scheme == BG_AUTH_SCHEME_DIGEST) {
      found = !std::exchange(spec.http.digest_credentials, {}).empty();
      return {};
    }
    found = data.get("credentials").has_value();
    without_credentials(spec.headers, data);
    data.erase("credentials");
    return {};
  });
  return FAILED(hr) || found ? hr : S_FALSE;
}

HRESULT JobObject::SetCustomHeaders(LPCWSTR headers) {
  if (headers != nullptr && std::wcslen(headers) >= kHeaderCharsMax) return BG_E_STRING_TOO_LONG;
  auto const text = headers == nullptr ? std::string() : to_utf8(headers);
  auto const made = text ? read_header_lines(*text) : std::nullopt;
  if (!made) return E_INVALIDARG;
  return change([&](auto const&, JobSpec& spec, AppData& data) -> Result<void> {
    auto credentials = std::exchange(spec.headers, *made);
    if (!data.get("credentials")) return {};
    std::ranges::copy_if(credentials, std::back_inserter(spec.headers),
                         [](Header const& header) { return header.name == kAuthorization; });
    return {};
  });
}

HRESULT JobObject::GetCustomHeaders(LPWSTR* headers) {
  if (headers == nullptr) return E_POINTER;
  *headers = nullptr;
  auto const info = core_->info();
  if (!info) return core_->hresult(info);
  auto const data = AppData::parse(info->spec.app_data);
  if (data.get("write_only")) return E_ACCESSDENIED;
  auto shown = info->spec.headers;
  without_credentials(shown, data);
  if (shown.empty()) return S_FALSE;
  return give_text(header_lines(shown), headers);
}

HRESULT JobObject::MakeCustomHeadersWriteOnly() {
  return change([](auto const&, auto&, AppData& data) -> Result<void> {
    data.set("write_only", 1);
    return {};
  });
}

HRESULT JobObject::SetHttpMethod(LPCWSTR method) {
  if (method == nullptr || *method == L'\0') return E_INVALIDARG;
  if (std::wstring_view(method) != L"GET") return E_NOTIMPL;
  return change([](auto const&, auto&, auto&) -> Result<void> { return {}; });
}

HRESULT JobObject::GetHttpMethod(LPWSTR* method) {
  return give_text(std::wstring_view(L"GET"), method);
}

}  // namespace freshet::com
