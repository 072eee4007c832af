#include "api/cli/json_text.h"

#include <chrono>

#include <fmt/chrono.h>
#include <nlohmann/json.hpp>

#include "engine/base/url.h"

namespace freshet::cli {

namespace {

using nlohmann::json;

template <typename T>
json optional_json(std::optional<T> const& value) {
  return value ? json(*value) : json(nullptr);
}

json error_json(std::optional<JobError> const& error) {
  if (!error) return nullptr;
  auto value = to_json(error->error);
  value["file"] = optional_json(error->file);
  return value;
}

}  // namespace

json time_json(std::optional<WallTime> time) {
  if (!time) return nullptr;
  auto const seconds = std::chrono::floor<std::chrono::seconds>(*time);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)));
}

json to_json(Error const& error) {
  return {{"code", name(error.code)},
          {"where", error.where},
          {"why", error.why},
          {"advice", advice(error.code)},
          {"transient", is_transient(error.code)}};
}

json to_json(Progress const& progress) {
  return {{"bytes_done", progress.bytes_done},
          {"bytes_total", optional_json(progress.bytes_total)},
          {"files_done", progress.files_done},
          {"files_total", progress.files_total},
          {"bytes_per_second", progress.rate.value},
          {"from_origin", progress.from_origin},
          {"from_peers", progress.from_peers},
          {"wasted", progress.wasted}};
}

json to_json(JobInfo const& job) {
  return {{"id", to_string(job.id)},
          {"name", job.spec.name},
          {"description", job.spec.description},
          {"state", to_string(job.state)},
          {"priority", to_string(job.spec.priority)},
          {"owner", job.owner},
          {"progress", to_json(job.progress)},
          {"error", error_json(job.error)},
          {"error_count", job.error_count},
          {"created", time_json(job.created)},
          {"modified", time_json(job.modified)},
          {"transferred", time_json(job.transferred)}};
}

json to_json(FileInfo const& file) {
  json urls = json::array();
  for (auto const& url : file.spec.urls) urls.push_back(redact(url));
  json value{{"path", file.spec.path},
             {"urls", std::move(urls)},
             {"length", optional_json(file.length)},
             {"bytes_done", file.bytes_done},
             {"transferred", file.transferred},
             {"placed", file.placed},
             {"content", nullptr},
             {"sha256", nullptr},
             {"trust", nullptr},
             {"signer", nullptr}};
  if (file.content) value["content"] = to_string(*file.content);
  if (file.spec.sha256) value["sha256"] = to_hex(*file.spec.sha256);
  if (file.trust) value["trust"] = to_string(*file.trust);
  if (!file.signer.empty()) value["signer"] = file.signer;
  return value;
}

json to_json(ContentInfo const& content) {
  json value{{"content", nullptr},         {"length", optional_json(content.length)},
             {"present", content.present}, {"sealed", content.sealed},
             {"shared", content.shared},   {"path", content.path}};
  if (content.content) value["content"] = to_string(*content.content);
  return value;
}

json to_json(PeerStatus const& peer) {
  return {{"content", to_string(peer.content)},
          {"address", peer.address},
          {"client", peer.client},
          {"class", name(peer.peer_class)},
          {"speaks_claims", peer.speaks_claims},
          {"connected", peer.connected},
          {"received", peer.received},
          {"sent", peer.sent},
          {"receiving", peer.receiving.value},
          {"sending", peer.sending.value},
          {"trouble", peer.trouble},
          {"banned_until", time_json(peer.banned_until)}};
}

json to_json(PeerBan const& ban) {
  return {{"banned", ban.address},
          {"content", to_string(ban.content)},
          {"bytes", {ban.bytes.begin, ban.bytes.end}},
          {"expected", to_hex(ban.expected)},
          {"got", to_hex(ban.got)},
          {"why", ban.why},
          {"strikes", ban.strikes},
          {"since", time_json(ban.since)},
          {"until", time_json(ban.until)}};
}

std::string line_of(json const& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace freshet::cli
