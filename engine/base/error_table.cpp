#include "engine/base/error_table.h"

#include <array>

namespace freshet {

namespace {

constexpr std::array kTable{
    ErrorRow{Errc::invalid_argument, "invalid_argument", 0x80070057U, false,
             "Correct the argument that is named."},
    ErrorRow{Errc::invalid_state, "invalid_state", 0x80D02013U, false,
             "Look at the job's state first: this call is not possible in it."},
    ErrorRow{Errc::job_empty, "job_empty", 0x80D02004U, false,
             "Add at least one file to the job, then resume it."},
    ErrorRow{Errc::job_not_found, "job_not_found", 0x80D02003U, false,
             "List the jobs: this one has ended or never was."},
    ErrorRow{Errc::access_denied, "access_denied", 0x80070005U, false,
             "Ask as the job's owner or as the administrator."},
    ErrorRow{Errc::invalid_range, "invalid_range", 0x80D05010U, false,
             "Ask for ranges that lie inside the file."},
    ErrorRow{Errc::overlapping_ranges, "overlapping_ranges", 0x80D05012U, false,
             "Ask for each byte once: the ranges overlap."},
    ErrorRow{Errc::unsupported_scheme, "unsupported_scheme", 0x80070057U, false,
             "Use an http or https URL."},
    ErrorRow{Errc::limit_reached, "limit_reached", 0x80200050U, false,
             "Finish or cancel something first, or raise the limit."},
    ErrorRow{Errc::already_running, "already_running", 0x80070020U, false,
             "Wait for the other command, or stop it."},
    ErrorRow{Errc::cancelled, "cancelled", 0x80200037U, false,
             "Start it again if it is still wanted."},
    ErrorRow{Errc::stopped, "stopped", 0x80D01001U, true,
             "Open the client again: the engine is stopping."},
    ErrorRow{Errc::not_found, "not_found", 0x80070002U, false,
             "Check the name: nothing like it is known here."},
    ErrorRow{Errc::file_exists, "file_exists", 0x80070050U, false,
             "Choose another name, or remove the file that is there."},
    ErrorRow{Errc::error_unavailable, "error_unavailable", 0x80D02014U, false,
             "Nothing: the job has no error now."},
    ErrorRow{Errc::job_too_old, "job_too_old", 0x80D0200CU, false,
             "Create the job again: it was neither completed nor cancelled in time."},
    ErrorRow{Errc::not_yet, "not_yet", 0x8000000AU, false,
             "Wait until this file is transferred, then call again."},
    ErrorRow{Errc::not_supported, "not_supported", 0x80004001U, false,
             "Do without it: this engine does not offer it."},
    ErrorRow{Errc::too_many_jobs_of_user, "too_many_jobs_of_user", 0x80200049U, false,
             "Complete or cancel some of your jobs first."},
    ErrorRow{Errc::too_many_jobs, "too_many_jobs", 0x80200050U, false,
             "Wait until others have ended jobs, or ask the administrator for a higher limit."},
    ErrorRow{Errc::too_many_files, "too_many_files", 0x80200051U, false,
             "Put the remaining files into another job."},
    ErrorRow{Errc::too_many_ranges, "too_many_ranges", 0x80200052U, false,
             "Ask for fewer, larger ranges of this file."},
    ErrorRow{Errc::fixed_after_add, "fixed_after_add", 0x80200061U, false,
             "Set this before the first file is added; create another job for another value."},
    ErrorRow{Errc::fixed_after_resume, "fixed_after_resume", 0x80200062U, false,
             "Set this before the first resume; create another job for another value."},
    ErrorRow{Errc::transfer_time_over, "transfer_time_over", 0x80200054U, false,
             "Resume the job if it is still wanted: it took longer than it was allowed."},
    ErrorRow{Errc::size_limit_reached, "size_limit_reached", 0x80200064U, false,
             "Create the job again with a higher limit if the size is right."},
    ErrorRow{Errc::daemon_unavailable, "daemon_unavailable", 0x80D01001U, true,
             "Start freshetd and call again: it does not answer at its socket."},
    ErrorRow{Errc::name_not_resolved, "name_not_resolved", 0x80072EE7U, true,
             "Check the host's name and this machine's DNS."},
    ErrorRow{Errc::connect_failed, "connect_failed", 0x80072EFDU, true,
             "Check that the server runs and that no firewall is in between."},
    ErrorRow{Errc::connection_lost, "connection_lost", 0x80072EFEU, true,
             "It is tried again by itself; check the network if it repeats."},
    ErrorRow{Errc::timed_out, "timed_out", 0x80072EE2U, true,
             "It is tried again by itself; check the network or the server if it repeats."},
    ErrorRow{Errc::stalled, "stalled", 0x80D02002U, true,
             "It is tried again by itself; check the network or add a mirror if it repeats."},
    ErrorRow{
        Errc::tls_failed, "tls_failed", 0x80D05002U, false,
        "Check the server's certificate and this machine's clock, or name the CA that signed it."},
    ErrorRow{Errc::redirect_refused, "redirect_refused", 0x80072F18U, false,
             "Name the address that is meant yourself, or allow the downgrade."},
    ErrorRow{Errc::redirect_loop, "redirect_loop", 0x80072F1CU, false,
             "Tell the server's owner: its redirects never end."},
    ErrorRow{Errc::proxy_failed, "proxy_failed", 0x80072EFDU, true,
             "Check the proxy's address, or go without one."},
    ErrorRow{Errc::http_unauthorized, "http_unauthorized", 0x80190191U, false,
             "Give credentials for this server, then resume the job."},
    ErrorRow{Errc::http_proxy_auth, "http_proxy_auth", 0x80190197U, false,
             "Give credentials for the proxy, then resume the job."},
    ErrorRow{Errc::http_forbidden, "http_forbidden", 0x80190193U, false,
             "Ask the server's owner for access, or use another source."},
    ErrorRow{Errc::http_not_found, "http_not_found", 0x80190194U, false,
             "Check the URL: the server does not have it."},
    ErrorRow{Errc::http_gone, "http_gone", 0x8019019AU, false,
             "Use another URL: the server has removed it for good."},
    ErrorRow{Errc::http_client_error, "http_client_error", 0x80190190U, false,
             "Check the request: the server refuses it."},
    ErrorRow{
        Errc::http_too_many_requests, "http_too_many_requests", 0x801901ADU, true,
        "It is tried again when the server allows; lower the number of connections if it repeats."},
    ErrorRow{Errc::http_server_error, "http_server_error", 0x801901F4U, true,
             "It is tried again by itself; tell the server's owner if it repeats."},
    ErrorRow{Errc::http_unavailable, "http_unavailable", 0x801901F7U, true,
             "It is tried again by itself when the server asked for it."},
    ErrorRow{Errc::range_not_supported, "range_not_supported", 0x80D05011U, false,
             "Ask for the whole file, or use a server that supports ranges."},
    ErrorRow{Errc::range_mismatch, "range_mismatch", 0x80D05001U, true,
             "Use another source: the server sent a part that was not asked for."},
    ErrorRow{Errc::length_mismatch, "length_mismatch", 0x80D05001U, true,
             "Use another source: the server's file has another length."},
    ErrorRow{Errc::content_changed, "content_changed", 0x80D05001U, true,
             "It starts over by itself: the file changed at the server."},
    ErrorRow{Errc::content_encoded, "content_encoded", 0x80D05001U, false,
             "Tell the server's owner: it compresses what must be sent as it is."},
    ErrorRow{Errc::protocol_error, "protocol_error", 0x80072F78U, true,
             "Tell the server's owner: its answer breaks HTTP."},
    ErrorRow{Errc::no_source, "no_source", 0x80D01001U, true,
             "Add a source, or wait: none of the known ones can deliver now."},
    ErrorRow{Errc::piece_mismatch, "piece_mismatch", 0x80D06805U, true,
             "It is fetched again from another source by itself."},
    ErrorRow{Errc::digest_mismatch, "digest_mismatch", 0x80D0681CU, false,
             "Check the expected digest, or use a source that can be trusted: nothing was placed."},
    ErrorRow{Errc::manifest_invalid, "manifest_invalid", 0x80D06809U, false,
             "Get the manifest again from its publisher."},
    ErrorRow{Errc::manifest_mismatch, "manifest_mismatch", 0x80D0681BU, false,
             "Use the manifest that belongs to this file."},
    ErrorRow{Errc::signature_invalid, "signature_invalid", 0x80096010U, false,
             "Do not use this manifest: it is not what was signed."},
    ErrorRow{Errc::signature_untrusted, "signature_untrusted", 0x800B0109U, false,
             "Add the signer's key to the trusted keys if you trust it."},
    ErrorRow{Errc::signature_missing, "signature_missing", 0x800B0100U, false,
             "Ask the publisher for the signature: this manifest must have one."},
    ErrorRow{Errc::validation_failed, "validation_failed", 0x80200053U, false,
             "Resume the job to fetch the file again: the application found it wrong."},
    ErrorRow{Errc::disk_full, "disk_full", 0x80070070U, false,
             "Free space on that disk, then resume the job."},
    ErrorRow{Errc::quota_exceeded, "quota_exceeded", 0x8007054FU, false,
             "Free space within your quota, then resume the job."},
    ErrorRow{Errc::io_error, "io_error", 0x8007045DU, false,
             "Check the disk, then resume the job."},
    ErrorRow{Errc::read_only, "read_only", 0x80070013U, false,
             "Make the file system writable, then resume the job."},
    ErrorRow{Errc::permission_denied, "permission_denied", 0x80070005U, false,
             "Give this user the right to that path, then try again."},
    ErrorRow{Errc::path_invalid, "path_invalid", 0x800700A1U, false,
             "Give an absolute path in a directory that exists."},
    ErrorRow{Errc::file_changed, "file_changed", 0x8020001DU, false,
             "Get the file again: someone changed it after it was stored."},
    ErrorRow{Errc::store_locked, "store_locked", 0x80070020U, false,
             "Stop the other process that uses this data directory, or choose another one."},
    ErrorRow{Errc::store_too_new, "store_too_new", 0x8007047EU, false,
             "Use the newer version of Freshet that wrote this data directory."},
    ErrorRow{Errc::store_corrupt, "store_corrupt", 0x80070570U, false,
             "Move the data directory away and start with an empty one."},
    ErrorRow{Errc::peer_misbehaved, "peer_misbehaved", 0x80D06816U, true,
             "Nothing: the peer was left out."},
    ErrorRow{Errc::group_mismatch, "group_mismatch", 0x80D06812U, false,
             "Give both machines the same group and secret."},
    ErrorRow{Errc::policy_refused, "policy_refused", 0x80D03002U, false,
             "Ask the administrator: the policy that is named forbids it."},
    ErrorRow{Errc::port_unavailable, "port_unavailable", 0x80072740U, false,
             "Choose another port, or stop the program that uses it."},
    ErrorRow{Errc::budget_spent, "budget_spent", 0x80D03801U, true,
             "Wait for the next month, or raise the budget."},
    ErrorRow{Errc::cost_refused, "cost_refused", 0x80D03801U, true,
             "It goes on by itself on a cheaper network; or allow the cost for this job."},
    ErrorRow{Errc::network_absent, "network_absent", 0x80D03805U, true,
             "It goes on by itself as soon as there is a network."},
    ErrorRow{Errc::internal, "internal", 0x80D06802U, false,
             "Report this with the log: it is a fault of ours."},
};

ErrorRow const& row_of(Errc code) {
  for (auto const& row : kTable) {
    if (row.code == code) return row;
  }
  return kTable.back();  // A number from a newer version: shown as internal.
}

}  // namespace

std::span<ErrorRow const> error_table() {
  return kTable;
}

std::string_view name(Errc code) {
  return row_of(code).name;
}
std::string_view advice(Errc code) {
  return row_of(code).advice;
}
std::uint32_t hresult(Errc code) {
  return row_of(code).hresult;
}
bool is_transient(Errc code) {
  return row_of(code).transient;
}

std::string describe(Error const& error) {
  std::string text = error.where;
  if (!error.why.empty()) text += (text.empty() ? "" : ": ") + error.why;
  if (!text.empty()) text += " ";
  text += "(" + std::string(name(error.code)) + "). ";
  return text + std::string(advice(error.code));
}

}  // namespace freshet
