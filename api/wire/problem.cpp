#include "api/wire/problem.h"

#include "api/wire/wire.h"
#include "engine/transfer/json_writer.h"

namespace freshet::wire {

namespace {

unsigned status_of_disk_or_bytes(Errc code) {
  switch (code) {
    case Errc::disk_full:
    case Errc::quota_exceeded:
      return 507;
    case Errc::permission_denied:
      return 403;
    case Errc::path_invalid:
    case Errc::manifest_invalid:
    case Errc::signature_invalid:
      return 400;
    case Errc::piece_mismatch:
    case Errc::digest_mismatch:
    case Errc::manifest_mismatch:
    case Errc::signature_untrusted:
    case Errc::signature_missing:
    case Errc::validation_failed:
    case Errc::file_changed:
      return 409;
    default:
      return 500;
  }
}

}  // namespace

unsigned http_status(Errc code) {
  switch (code) {
    case Errc::invalid_argument:
    case Errc::invalid_range:
    case Errc::overlapping_ranges:
    case Errc::unsupported_scheme:
      return 400;
    case Errc::access_denied:
    case Errc::policy_refused:
      return 403;
    case Errc::job_not_found:
    case Errc::not_found:
      return 404;
    case Errc::timed_out:
      return 504;
    case Errc::stopped:
    case Errc::daemon_unavailable:
      return 503;
    case Errc::not_supported:
      return 501;
    default:
      break;
  }
  if (code <= Errc::daemon_unavailable) return 409;
  if (code <= Errc::no_source) return 502;
  return status_of_disk_or_bytes(code);
}

std::string write_problem(Error const& error) {
  JsonWriter json;
  auto const code = name(error.code);
  json.begin_object()
      .field("type", "/v1/errors/" + std::string(code))
      .field("title", code)
      .field("status", std::uint64_t{http_status(error.code)})
      .field("detail", describe(error))
      .field("code", code)
      .field("where", error.where)
      .field("why", error.why)
      .field("advice", advice(error.code))
      .field("transient", is_transient(error.code))
      .end_object();
  return json.take();
}

Error read_problem(std::string_view text) {
  auto error = read<Error>(text, Unknown::ignore);
  if (error) return std::move(*error);
  return {Errc::protocol_error, "daemon", "answered with an error that cannot be read"};
}

}  // namespace freshet::wire
