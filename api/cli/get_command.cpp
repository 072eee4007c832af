// freshet get URL...
#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>

#include <nlohmann/json.hpp>

#include "api/cli/commands.h"
#include "api/cli/destination.h"
#include "api/cli/exit_code.h"
#include "api/cli/follow.h"
#include "api/cli/get_request.h"
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
std::optional<JobInfo> find_same(Client const& client, GetPlan const& plan) {
  for (auto const& job : client.jobs()) {
    if (job.spec.name != plan.job.name || job.progress.files_total != plan.files.size()) continue;
    auto const files = client.files(job.id);
    auto const same = [](FileInfo const& a, FileSpec const& b) { return same_file(a.spec, b); };
    if (files && std::ranges::equal(*files, plan.files, same)) return job;
  }
  return std::nullopt;
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
    return write_report(request.report, report_text(*follower.ended(), client.peers()));
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
  auto client = open_client(settings, console, *peers);
  if (!client) return console.error(client.error());

  Follower follower(*client, console, wakeups);
  auto const follow = [&](std::function<Result<JobId>()> const& begin) {
    auto const code = follower.follow(begin);
    return code != kDone ? code : after(*client, console, wakeups, request, *peers, follower);
  };
  if (auto const earlier = find_same(*client, *plan)) {
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

void add_source_options(CLI::App& get, GetRequest& request) {
  get.add_option("URL", request.urls, "What to fetch: http or https");
  get.add_option("-i,--input-file", request.input_file,
                 "A file with one URL a line, optionally followed by a path; - is standard input");
  get.add_option("--mirror", request.mirrors, "Another URL of the same bytes; may be repeated")
      ->expected(1)
      ->take_all();
  get.add_option("--manifest", request.manifest,
                 "A .torrent (file or URL) or magnet link that says what the bytes are");
  get.add_option(
         "--trusted-key", request.trusted_keys,
         "Refuse a manifest that this key did not sign: a minisign public key, or its file; "
         "may be repeated")
      ->expected(1)
      ->take_all();
  get.add_option("--sha256", request.sha256, "What the whole file's SHA-256 must be");
  get.add_option("--content", request.content, "What the content id must be");
  get.add_option("--range", request.ranges, "FIRST-LAST byte; may be repeated, joined in order")
      ->expected(1)
      ->take_all();
}

void add_way_options(CLI::App& get, GetRequest& request) {
  get.add_option("-o,--output", request.output, "Where the file goes");
  get.add_option("-d,--directory", request.directory, "Where files go that are named by their URL");
  get.add_flag("-f,--force", request.force, "Replace a file that is there already");
  get.add_option("--limit-rate", request.limit_rate, "Bytes per second, as 500K or 1.5M");
  get.add_option("-H,--header", request.headers, "Sent to the URLs' hosts, as \"Name: value\"")
      ->expected(1)
      ->take_all();
  get.add_option("--connections", request.connections, "To one source; 0: as many as help");
  get.add_option("--proxy", request.proxy,
                 "A proxy's URL; - is none, whatever the environment says");
  get.add_option("--ca-file", request.ca_file, "Certificates to trust instead of the system's");
  get.add_flag("--allow-downgrade", request.allow_downgrade, "Let https redirect to http");
  get.add_option("--give-up", request.give_up_seconds,
                 "Seconds without progress after which to stop trying (default 60)");
}

}  // namespace

void add_get(CLI::App& app, Settings& settings) {
  auto* const get =
      app.add_subcommand("get", "Fetch files, verified, and go on where they stopped");
  auto const request = std::make_shared<GetRequest>();  // Ends with the parser's callback.
  add_source_options(*get, *request);
  add_way_options(*get, *request);
  add_peer_options(*get, request->peers);
  get->add_option("--report", request->report,
                  "Write times and bytes by source to this file, JSON");
  add_shared_options(*get, settings);
  get->callback([&settings, request] {
    settings.run = [&settings, request] { return run_get(settings, *request); };
  });
}

}  // namespace freshet::cli
