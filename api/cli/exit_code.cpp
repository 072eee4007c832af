#include "api/cli/exit_code.h"

namespace freshet::cli {

int exit_code(Errc code) {
  switch (code) {
    case Errc::invalid_argument:
    case Errc::unsupported_scheme:
    case Errc::invalid_range:
    case Errc::overlapping_ranges:
      return kUsage;
    case Errc::name_not_resolved:
    case Errc::connect_failed:
    case Errc::connection_lost:
    case Errc::timed_out:
    case Errc::stalled:
    case Errc::proxy_failed:
    case Errc::no_source:
      return kNetwork;
    case Errc::redirect_refused:
    case Errc::redirect_loop:
    case Errc::http_unauthorized:
    case Errc::http_proxy_auth:
    case Errc::http_forbidden:
    case Errc::http_not_found:
    case Errc::http_gone:
    case Errc::http_client_error:
    case Errc::http_too_many_requests:
    case Errc::http_server_error:
    case Errc::http_unavailable:
    case Errc::range_not_supported:
    case Errc::range_mismatch:
    case Errc::length_mismatch:
    case Errc::content_changed:
    case Errc::content_encoded:
    case Errc::protocol_error:
      return kRefused;
    case Errc::tls_failed:
    case Errc::piece_mismatch:
    case Errc::digest_mismatch:
    case Errc::manifest_invalid:
    case Errc::manifest_mismatch:
    case Errc::signature_invalid:
    case Errc::signature_untrusted:
    case Errc::signature_missing:
      return kUntrusted;
    case Errc::file_exists:
    case Errc::disk_full:
    case Errc::quota_exceeded:
    case Errc::io_error:
    case Errc::read_only:
    case Errc::permission_denied:
    case Errc::path_invalid:
    case Errc::file_changed:
      return kDisk;
    case Errc::store_locked:
    case Errc::store_too_new:
    case Errc::store_corrupt:
    case Errc::daemon_unavailable:
      return kDataDirectory;
    case Errc::invalid_state:
    case Errc::job_empty:
    case Errc::job_not_found:
    case Errc::job_too_old:
    case Errc::error_unavailable:
    case Errc::access_denied:
    case Errc::limit_reached:
    case Errc::already_running:
    case Errc::not_found:
      return kNotPossible;
    default:
      return kFailed;
  }
}

}  // namespace freshet::cli
