#include "api/local/values.h"

#include <charconv>

namespace freshet::local {

Result<JobId> job_of(Call const& call) {
  auto const& text = call.values.front();
  if (auto const job = job_id_from_string(text)) return *job;
  return fail(Errc::invalid_argument, "job " + text, "is no id of a job");
}

Result<ContentId> content_of(Call const& call) {
  auto const& text = call.values.front();
  if (auto const content = content_id_from_string(text)) return *content;
  return fail(Errc::invalid_argument, "content " + text, "is no id of a content");
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t number = 0;
  auto const end = text.data() + text.size();
  auto const parsed = std::from_chars(text.data(), end, number);
  if (parsed.ec == std::errc() && parsed.ptr == end) return number;
  return std::nullopt;
}

Result<std::uint32_t> number_of(std::string const& text) {
  auto const number = whole_number(text);
  if (number && *number <= ~std::uint32_t{0}) return static_cast<std::uint32_t>(*number);
  return fail(Errc::invalid_argument, text, "is no number");
}

Result<bool> flag_of(Call const& call, std::string_view name) {
  auto const found = call.query.find(name);
  if (found == call.query.end() || found->second == "false") return false;
  if (found->second == "true") return true;
  return fail(Errc::invalid_argument, "?" + std::string(name), "is neither true nor false");
}

Result<std::uint64_t> number_in_query(Call const& call, std::string_view name,
                                      std::uint64_t usual) {
  auto const found = call.query.find(name);
  if (found == call.query.end()) return usual;
  if (auto const number = whole_number(found->second)) return *number;
  return fail(Errc::invalid_argument, "?" + std::string(name), "is no number");
}

Result<void> check_operator(Context const& context, Caller const& caller) {
  if (caller.administrator || caller.uid == context.owner.uid) return {};
  return fail(Errc::access_denied, "user " + std::to_string(caller.uid),
              "is neither an administrator nor the daemon's own user");
}

Result<void> check_own_files(Context const& context, Caller const& caller, JobSpec const& spec) {
  if (caller.uid == context.owner.uid || spec.ca_file.empty()) return {};
  return fail(Errc::not_supported, "ca_file " + spec.ca_file,
              "is a file that the daemon would open for another user");
}

Result<void> check_own_files(Context const& context, Caller const& caller,
                             std::vector<FileSpec> const& files) {
  if (caller.uid == context.owner.uid) return {};
  for (auto const& file : files) {
    if (!file.manifest.starts_with('/') || !file.manifest_bytes.empty()) continue;
    return fail(Errc::not_supported, "manifest " + file.manifest,
                "is a file that the daemon would read for another user; send its bytes");
  }
  return {};
}

Result<void> check_own_files(Context const& context, Caller const& caller,
                             FileChange const& change) {
  if (!change.identity) return {};
  FileSpec file;
  file.manifest = change.identity->manifest;
  file.manifest_bytes = change.identity->manifest_bytes;
  return check_own_files(context, caller, std::vector{std::move(file)});
}

}  // namespace freshet::local
