// freshet get URL...
#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>

#include <nlohmann/json.hpp>

#include "api/cli/commands.h"
#include "api/cli/destination.h"
#include "api/cli/exit_code.h"
#include "api/cli/follow.h"
#include "api/cli/get_options.h"
#include "api/cli/job_lookup.h"
#include "api/cli/linger.h"
#include "api/cli/peer_flags.h"
#include "api/cli/text.h"

namespace freshet::cli {

namespace {

// The same sources, the same place, the same bytes.
bool same_file(FileSpec const& a, FileSpec const& b) {
  return a.urls == b.urls && a.path == b.path && a.ranges == b.ranges && a.sha256 == b.sha256 &&
         a.content == b.content && a.manifest == b.manifest;
}

// The unfinished job that an earlier run of the same command left.
Result<std::optional<JobInfo>> find_same(Client const& client, GetPlan const& plan) {
  auto const jobs = client.jobs();
  if (!jobs) return tl::unexpected(jobs.error());
  for (auto const& job : *jobs) {
    if (job.spec.name != plan.job.name || job.progress.files_total != plan.files.size()) continue;
    auto const files = client.files(job.id);
    auto const same = [](FileInfo const& a, FileSpec const& b) { return same_file(a.spec, b); };
    if (files && std::ranges::equal(*files, plan.files, same)) return std::optional(job);
  }
  return std::optional<JobInfo>();
}

Result<JobId> take_up(Client& client, JobInfo const& job, JobSpec const& spec) {
  if (auto set = client.configure(job.id, spec); !set) return tl::unexpected(set.error());
  return resume_unless_transferred(client, job.id);
}

// What is left to do once the files are there.
int after(Client& client, Console& console, Wakeups& wakeups, GetRequest const& request,
          PeerOptions const& peers, Follower const& follower) {
  auto const report = [&]() -> Result<void> {
    if (request.report.empty() || !follower.ended()) return {};
    auto const met = client.peers();  // Those of a daemon are not for everyone to see.
    return write_report(request.report,
                        report_text(*follower.ended(), met.value_or(std::vector<PeerStatus>())));
  };
  if (auto const written = report(); !written) return console.error(written.error());
  if (peers.share_for == Duration::zero() || peers.mode == DownloadMode::http_only) return kDone;
  linger(client, console, wakeups, peers.share_for);
  // Again, with what was sent meanwhile.
  if (auto const written = report(); !written) return console.error(written.error());
  return kDone;
}

int run_get(Settings const& settings, GetRequest const& request) {
  Wakeups wakeups;
  Console console(settings.console);
  auto plan = plan_get(request);
  if (!plan) return console.error(plan.error());
  auto peers = plan_peers(request.peers);
  if (!peers) return console.error(peers.error());
  auto client = open_client(settings, console,
                            {.peers = *peers, .own_engine = says_something(request.peers)});
  if (!client) return console.error(client.error());

  Follower follower(*client, console, wakeups);
  auto const follow = [&](std::function<Result<JobId>()> const& begin) {
    auto const code = follower.follow(begin);
    return code != kDone ? code : after(*client, console, wakeups, request, *peers, follower);
  };
  auto const same = find_same(*client, *plan);
  if (!same) return console.error(same.error());
  if (auto const& earlier = *same) {
    console.note("Going on with job " + to_string(earlier->id));
    return follow([&] { return take_up(*client, *earlier, plan->job); });
  }
  auto const present = take_present(plan->files, request.force);
  if (!present) return console.error(present.error());
  for (auto const& path : *present) {
    console.note(printable(path) + " is there already and right");
    if (console.json()) {
      console.record(nlohmann::json{{"event", "present"}, {"path", path}});
    } else {
      console.result(path);
    }
  }
  if (plan->files.empty()) return kDone;
  return follow([&] { return client->start(plan->job, plan->files); });
}

}  // namespace

void add_get(CLI::App& app, Settings& settings) {
  auto* const get =
      app.add_subcommand("get", "Fetch files, verified, and go on where they stopped");
  auto const request = std::make_shared<GetRequest>();  // Ends with the parser's callback.
  add_file_options(*get, *request);
  add_job_options(*get, *request);
  get->add_flag("-f,--force", request->force, "Replace a file that is there already");
  add_peer_options(*get, request->peers);
  get->add_option("--report", request->report,
                  "Write times and bytes by source to this file, JSON");
  add_shared_options(*get, settings);
  get->callback([&settings, request] {
    settings.run = [&settings, request] { return run_get(settings, *request); };
  });
}

}  // namespace freshet::cli
