// What is stored here, as a whole, and where running jobs get their bytes.
#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "api/local/operations.h"
#include "api/local/values.h"

namespace freshet::local::operations {

namespace {

using nlohmann::json;

constexpr std::size_t kJobsMax = 100;  // Whose sources one answer tells.
constexpr std::array kLimits{"DOMaxCacheAge", "DOMaxCacheSize", "DOAbsoluteMaxCacheSize"};

bool is_running(JobState state) {
  return state == JobState::connecting || state == JobState::transferring ||
         state == JobState::transient_error;
}

// Null when it is not there.
json part_of(json const& whole, char const* name) {
  return whole.is_object() && whole.contains(name) ? whole[name] : json();
}

// Those of the decision record (docs/why.md), each with its job and file.
void add_sources(json& sources, JobId job, std::string const& why) {
  auto const record = json::parse(why, nullptr, false);
  for (auto const& file : part_of(record, "files")) {
    for (auto source : part_of(part_of(file, "transfer"), "sources")) {
      source["job"] = to_string(job);
      source["file"] = part_of(file, "file");
      sources.push_back(std::move(source));
    }
  }
}

}  // namespace

Result<Answer> show_cache(Context& context, Call& call) {
  if (auto allowed = check_operator(context, call.caller); !allowed) {
    return tl::unexpected(allowed.error());
  }
  auto const contents = context.client.contents();
  if (!contents) return tl::unexpected(contents.error());
  auto const policies = context.client.policies();
  if (!policies) return tl::unexpected(policies.error());
  auto const perf = context.client.perf_this_month();
  if (!perf) return tl::unexpected(perf.error());
  json use{{"contents", contents->size()},
           {"bytes", 0U},
           {"pinned", 0U},
           {"pinned_bytes", 0U},
           {"disk_bytes", perf->disk_bytes},
           {"disk_free_bytes", perf->disk_free_bytes},
           {"limits", json::object()}};
  Bytes bytes = 0;
  Bytes pinned_bytes = 0;
  std::size_t pinned = 0;
  for (auto const& content : *contents) {
    bytes += content.present;
    if (!content.shared || content.shared_until) continue;
    ++pinned;
    pinned_bytes += content.present;
  }
  use["bytes"] = bytes;
  use["pinned"] = pinned;
  use["pinned_bytes"] = pinned_bytes;
  for (auto const& policy : *policies) {
    if (std::ranges::find(kLimits, policy.name) != kLimits.end()) {
      use["limits"][policy.name] = policy.value;
    }
  }
  return json_answer(use.dump());
}

Result<Answer> list_sources(Context& context, Call& call) {
  auto client = context.client.as(call.caller);
  auto const jobs = client.jobs();
  if (!jobs) return tl::unexpected(jobs.error());
  auto sources = json::array();
  std::size_t told = 0;
  for (auto const& job : *jobs) {
    if (!is_running(job.state)) continue;
    if (++told > kJobsMax) break;
    // It may have ended meanwhile.
    if (auto const why = client.why(job.id)) add_sources(sources, job.id, *why);
  }
  return json_answer(json{{"sources", std::move(sources)}}.dump());
}

}  // namespace freshet::local::operations
