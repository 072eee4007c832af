// What can go wrong, in words that stay: one code each, with a sentence that says what to do.
//
// Plain values; any thread. The table of names, HRESULTs and advice is in
// engine/base/error_table.cpp and docs/errors.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "freshet/export.h"

namespace freshet {

// Numbers are stored and sent: append, never renumber.
enum class Errc : std::uint16_t {
  // What the caller asked for.
  invalid_argument = 1,
  invalid_state = 2,
  job_empty = 3,
  job_not_found = 4,
  access_denied = 5,
  invalid_range = 6,
  overlapping_ranges = 7,
  unsupported_scheme = 8,
  limit_reached = 9,
  already_running = 10,
  cancelled = 11,
  stopped = 12,
  not_found = 13,
  file_exists = 14,
  error_unavailable = 15,
  job_too_old = 16,
  not_yet = 17,
  not_supported = 18,
  too_many_jobs_of_user = 19,
  too_many_jobs = 20,
  too_many_files = 21,
  too_many_ranges = 22,
  fixed_after_add = 23,
  fixed_after_resume = 24,
  transfer_time_over = 25,
  size_limit_reached = 26,
  daemon_unavailable = 27,

  // The origin and the way to it.
  name_not_resolved = 30,
  connect_failed = 31,
  connection_lost = 32,
  timed_out = 33,
  stalled = 34,
  tls_failed = 35,
  redirect_refused = 36,
  redirect_loop = 37,
  proxy_failed = 38,
  http_unauthorized = 40,
  http_proxy_auth = 41,
  http_forbidden = 42,
  http_not_found = 43,
  http_gone = 44,
  http_client_error = 45,
  http_too_many_requests = 46,
  http_server_error = 47,
  http_unavailable = 48,
  range_not_supported = 50,
  range_mismatch = 51,
  length_mismatch = 52,
  content_changed = 53,
  content_encoded = 54,
  protocol_error = 55,
  no_source = 56,

  // The bytes.
  piece_mismatch = 70,
  digest_mismatch = 71,
  manifest_invalid = 72,
  manifest_mismatch = 73,
  signature_invalid = 74,
  signature_untrusted = 75,
  signature_missing = 76,
  validation_failed = 77,

  // The disk and the state.
  disk_full = 90,
  quota_exceeded = 91,
  io_error = 92,
  read_only = 93,
  permission_denied = 94,
  path_invalid = 95,
  file_changed = 96,
  store_locked = 97,
  store_too_new = 98,
  store_corrupt = 99,

  // Peers and policy.
  peer_misbehaved = 110,
  group_mismatch = 111,
  policy_refused = 112,
  port_unavailable = 113,
  budget_spent = 114,
  cost_refused = 115,
  network_absent = 116,

  internal = 200,
};

struct Error {
  Errc code = Errc::internal;
  std::string where;  // The file, URL (without query and credentials), source or option concerned.
  std::string why;  // What was seen, in one clause: "answered 206 for bytes 0-9, asked for 10-19".
  bool operator==(Error const&) const = default;
};

template <typename T>
using Result = tl::expected<T, Error>;

using tl::unexpected;

// "disk_full": the name used in JSON and documents.
[[nodiscard]] FRESHET_EXPORT std::string_view name(Errc code);
// One sentence that tells the user what to do.
[[nodiscard]] FRESHET_EXPORT std::string_view advice(Errc code);
// The HRESULT that COM callers see.
[[nodiscard]] FRESHET_EXPORT std::uint32_t hresult(Errc code);
// Whether trying again later, with nothing changed by the user, can succeed.
[[nodiscard]] FRESHET_EXPORT bool is_transient(Errc code);

// "where: why (name). Advice."
[[nodiscard]] FRESHET_EXPORT std::string describe(Error const& error);

[[nodiscard]] inline tl::unexpected<Error> fail(Errc code, std::string where = {},
                                                std::string why = {}) {
  return tl::unexpected<Error>(Error{code, std::move(where), std::move(why)});
}

}  // namespace freshet
