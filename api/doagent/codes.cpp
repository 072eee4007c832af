#include "api/doagent/codes.h"

#include <cerrno>
#include <charconv>
#include <string_view>

namespace freshet::doagent {

namespace {

constexpr int kConnectionLost = 56;  // Numbers of libcurl.
constexpr int kRedirects = 47;
constexpr int kCertificate = 60;

// "answered 406", wherever it stands.
int status_in(std::string_view why) {
  constexpr std::string_view kWord = "answered ";
  auto const at = why.find(kWord);
  if (at == std::string_view::npos) return 0;
  auto const digits = why.substr(at + kWord.size());
  int status = 0;
  static_cast<void>(std::from_chars(digits.data(), digits.data() + digits.size(), status));
  return status >= 100 && status <= 599 ? status : 0;
}

bool is_status(Errc code) {
  return code >= Errc::http_unauthorized && code <= Errc::http_unavailable;
}

}  // namespace

Code code_of_status(int status) {
  switch (status) {
    case 400:
    case 405:
    case 409:
    case 411:
    case 412:
    case 414:
    case 415:
      return code(0x80190190);
    case 401:
      return code(0x80190191);
    case 403:
      return code(0x80190193);
    case 404:
    case 410:
      return code(0x80190194);
    case 406:
      return code(0x80190196);
    case 407:
      return code(0x80190197);
    case 408:
      return code(0x80190198);
    case 413:
      return code(0x8019019D);
    case 300:
    case 500:
    case 503:
      return code(0x801901F4);
    case 501:
    case 505:
      return code(0x801901F5);
    case 305:
    case 502:
    case 504:
      return code(0x801901F6);
    case 301:
    case 302:
    case 303:
      return code(0x80190003);
    default:
      return code(0x80190001);
  }
}

Code code_of(Error const& error) {
  auto const status = status_in(error.why);
  switch (error.code) {
    case Errc::http_unauthorized:
      return code_of_status(401);
    case Errc::http_proxy_auth:
      return code_of_status(407);
    case Errc::http_forbidden:
      return code_of_status(403);
    case Errc::http_not_found:
    case Errc::http_gone:
      return code_of_status(404);
    case Errc::http_too_many_requests:
    case Errc::http_client_error:
      return code_of_status(status == 0 ? 400 : status);
    case Errc::http_server_error:
    case Errc::http_unavailable:
      return code_of_status(status == 0 ? 500 : status);
    case Errc::timed_out:
      return status == 408 ? code_of_status(408) : kTimeout;
    case Errc::stalled:
      return kTimeout;
    case Errc::name_not_resolved:
      return kNameNotResolved;
    case Errc::connect_failed:
    case Errc::proxy_failed:
    case Errc::no_source:
      return kCannotConnect;
    case Errc::connection_lost:
      return small_code(kConnectionLost);
    case Errc::redirect_loop:
      return small_code(kRedirects);
    case Errc::redirect_refused:
      return code_of_status(301);
    case Errc::tls_failed:
      return small_code(kCertificate);
    case Errc::invalid_argument:
    case Errc::unsupported_scheme:
      return kInvalidUrl;
    case Errc::range_not_supported:
      return kNoRanges;
    case Errc::invalid_range:
      return status == 416 ? code_of_status(416) : code(hresult(error.code));
    case Errc::disk_full:
      return small_code(ENOSPC);
    case Errc::quota_exceeded:
      return small_code(EDQUOT);
    case Errc::io_error:
      return small_code(EIO);
    case Errc::read_only:
      return small_code(EROFS);
    case Errc::permission_denied:
      return small_code(EACCES);
    case Errc::path_invalid:
      return small_code(ENOENT);
    case Errc::network_absent:
      return kNoNetwork;
    default:
      return status >= 300 ? code_of_status(status) : code(hresult(error.code));
  }
}

bool is_fatal(Error const& error) {
  return !is_transient(error.code);
}

bool proves_network(Error const& error) {
  return is_status(error.code) || status_in(error.why) != 0;
}

}  // namespace freshet::doagent
