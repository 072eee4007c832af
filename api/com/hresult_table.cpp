#include "api/com/hresult_table.h"

#include <array>

#include "freshet/com/bg_hresults.h"
#include "freshet/com/do_hresults.h"

namespace freshet::com {

namespace {

// Where both are the same, callers of both meet it as an argument of theirs that is wrong, which
// the engine tells apart further.
constexpr std::array kRows{
    HresultRow{Errc::invalid_state, DO_E_INVALID_STATE, BG_E_INVALID_STATE},
    HresultRow{Errc::job_empty, DO_E_JOB_EMPTY, BG_E_EMPTY},
    HresultRow{Errc::job_not_found, DO_E_JOB_NOT_FOUND, BG_E_NOT_FOUND},
    HresultRow{Errc::invalid_range, DO_E_INVALID_RANGE, BG_E_INVALID_RANGE},
    HresultRow{Errc::overlapping_ranges, DO_E_OVERLAPPING_RANGES, BG_E_OVERLAPPING_RANGES},
    HresultRow{Errc::limit_reached, BG_E_STRING_TOO_LONG, BG_E_STRING_TOO_LONG},
    HresultRow{Errc::cancelled, BG_E_REQUEST_CANCELED, BG_E_REQUEST_CANCELED},
    HresultRow{Errc::error_unavailable, DO_E_ERROR_INFORMATION_UNAVAILABLE,
               BG_E_ERROR_INFORMATION_UNAVAILABLE},
    HresultRow{Errc::path_invalid, E_INVALIDARG, E_INVALIDARG},
    HresultRow{Errc::name_not_resolved, HRESULT_FROM_WIN32(12007), BG_E_NAME_RESOLUTION_FAILURE},
    HresultRow{Errc::connect_failed, HRESULT_FROM_WIN32(12029), BG_E_CONNECT_FAILURE},
    HresultRow{Errc::connection_lost, HRESULT_FROM_WIN32(12030), BG_E_CONNECTION_CLOSED},
    HresultRow{Errc::timed_out, HRESULT_FROM_WIN32(12002), BG_E_TIMEOUT},
    HresultRow{Errc::stalled, DO_E_DOWNLOAD_NO_PROGRESS, BG_E_NO_PROGRESS},
    HresultRow{Errc::tls_failed, DO_E_HTTP_CERT_VALIDATION, BG_E_TRUST_FAILURE},
    HresultRow{Errc::range_not_supported, DO_E_INSUFFICIENT_RANGE_SUPPORT,
               BG_E_INSUFFICIENT_RANGE_SUPPORT},
    HresultRow{Errc::range_mismatch, DO_E_HTTP_BLOCKSIZE_MISMATCH, BG_E_INVALID_SERVER_RESPONSE},
    HresultRow{Errc::length_mismatch, DO_E_HTTP_BLOCKSIZE_MISMATCH, BG_E_INVALID_SERVER_RESPONSE},
    HresultRow{Errc::content_changed, DO_E_HTTP_BLOCKSIZE_MISMATCH, BG_E_REMOTE_FILE_CHANGED},
    HresultRow{Errc::content_encoded, DO_E_HTTP_BLOCKSIZE_MISMATCH, BG_E_INVALID_SERVER_RESPONSE},
    HresultRow{Errc::protocol_error, HRESULT_FROM_WIN32(12152), BG_E_SERVER_PROTOCOL_VIOLATION},
    HresultRow{Errc::digest_mismatch, DO_E_METAINFO_HOH_FINAL_MATCH, BG_E_VALIDATION_FAILED},
    HresultRow{Errc::policy_refused, DO_E_NO_DOWNLOAD_EXTSETTINGS, BG_E_BLOCKED_BY_POLICY},
    HresultRow{Errc::cost_refused, DO_E_BLOCKED_BY_COST_TRANSFER_POLICY,
               BG_E_BLOCKED_BY_COST_TRANSFER_POLICY},
    HresultRow{Errc::network_absent, DO_E_BLOCKED_BY_NO_NETWORK, BG_E_NETWORK_DISCONNECTED},
};

}  // namespace

std::span<HresultRow const> hresult_rows() {
  return kRows;
}

HRESULT to_hresult(Errc code, Family family) {
  for (auto const& row : kRows) {
    if (row.code != code) continue;
    return family == Family::bits ? row.bits : row.delivery_optimization;
  }
  return static_cast<HRESULT>(hresult(code));
}

}  // namespace freshet::com
