// What is stored here, as a whole, and where running jobs get their bytes.
#include <nlohmann/json.hpp>

#include "api/client/cache_use.h"
#include "api/local/operations.h"
#include "api/local/values.h"

namespace freshet::local::operations {

namespace {

using nlohmann::json;

constexpr std::size_t kJobsMax = 100;  // Whose sources one answer tells.

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
  auto const use = cache_use(context.client);
  if (!use) return tl::unexpected(use.error());
  auto const perf = context.client.perf_this_month();
  if (!perf) return tl::unexpected(perf.error());
  json told{{"contents", use->contents},      {"bytes", use->bytes},
            {"pinned", use->pinned},          {"pinned_bytes", use->pinned_bytes},
            {"disk_bytes", perf->disk_bytes}, {"disk_free_bytes", perf->disk_free_bytes},
            {"limits", json::object()}};
  for (auto const& policy : use->limits) told["limits"][policy.name] = policy.value;
  return json_answer(told.dump());
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
