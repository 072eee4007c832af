// freshet stream URL [-- COMMAND...]
#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>

#include "api/cli/child.h"
#include "api/cli/commands.h"
#include "api/cli/exit_code.h"
#include "api/cli/get_options.h"
#include "api/cli/wakeups.h"
#include "api/loopback/byte_server.h"

namespace freshet::cli {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTurn{100};
constexpr std::string_view kPlace = "{}";

struct StreamRequest {
  std::string url;
  std::vector<std::string> command;
  GetRequest get;
};

// The command with the local URL where {} stands, or at its end.
std::vector<std::string> with_url(std::vector<std::string> words, std::string const& url) {
  bool placed = false;
  for (auto& word : words) {
    for (auto at = word.find(kPlace); at != word.npos; at = word.find(kPlace, at + url.size())) {
      word.replace(at, kPlace.size(), url);
      placed = true;
    }
  }
  if (!placed) words.push_back(url);
  return words;
}

// What failed, if that is what ended the job.
std::optional<Error> failure(Client const& client, JobId job) {
  auto const info = client.job(job);
  if (!info) return info.error();
  bool const failed = info->state == JobState::error;
  return failed && info->error ? std::optional(info->error->error) : std::nullopt;
}

int stay(Client const& client, Console& console, Wakeups& wakeups, JobId job) {
  while (true) {
    if (auto const next = wakeups.next(kTurn); next.signal != 0) return kStopped + next.signal;
    if (auto const failed = failure(client, job)) return console.error(*failed);
  }
}

int run_command(Wakeups& wakeups, Console& console, std::vector<std::string> words) {
  auto const child = Child::start(std::move(words));
  if (!child) return console.error(child.error());
  while (true) {
    if (auto const code = child->ended()) return *code;
    if (auto const next = wakeups.next(kTurn); next.signal != 0) child->send(next.signal);
  }
}

// What was read counts as delivered; nothing is placed.
void let_go(Client& client, JobId job) {
  auto const info = client.job(job);
  bool const whole = info && info->state == JobState::transferred;
  if (whole && client.complete_placed(job, {0})) return;
  static_cast<void>(client.cancel(job));
}

int run_stream(Settings const& settings, StreamRequest const& request) {
  Wakeups wakeups;
  Console console(settings.console);
  auto get = request.get;
  get.urls = {request.url};
  get.directory = std::filesystem::temp_directory_path();  // Where nothing will be.
  auto const plan = plan_get(get);
  if (!plan) return console.error(plan.error());
  auto const peers = plan_peers(get.peers);
  if (!peers) return console.error(peers.error());
  auto client =
      open_client(settings, console, {.peers = *peers, .own_engine = says_something(get.peers)});
  if (!client) return console.error(client.error());
  auto const job = client->start(plan->job, plan->files);
  if (!job) return console.error(job.error());
  int code = kDone;
  {
    auto name = file_name_of(request.url);
    auto const server =
        loopback::ByteServer::start(*client, {*job, 0, name ? std::move(*name) : "file"});
    if (!server) {
      code = console.error(server.error());
    } else if (request.command.empty()) {
      console.result((*server)->url());
      code = stay(*client, console, wakeups, *job);
    } else {
      code = run_command(wakeups, console, with_url(request.command, (*server)->url()));
    }
  }
  if (auto const failed = failure(*client, *job)) console.note(describe(*failed));
  let_go(*client, *job);
  return code;
}

}  // namespace

void add_stream(CLI::App& app, Settings& settings) {
  auto* const stream = app.add_subcommand(
      "stream", "Serve a file on loopback while it arrives, to a program that reads a URL");
  auto const request = std::make_shared<StreamRequest>();  // Ends with the parser's callback.
  stream->add_option("URL", request->url, "What to fetch: http or https")->required();
  stream->add_option(
      "COMMAND", request->command,
      "After --: what to run meanwhile; {} becomes the local URL, else it comes last");
  auto& get = request->get;
  stream->add_option("--mirror", get.mirrors, "Another URL of the same bytes; may be repeated")
      ->expected(1)
      ->take_all();
  stream->add_option("--manifest", get.manifest,
                     "A .torrent (file or URL) or magnet link that says what the bytes are");
  stream->add_option("--sha256", get.sha256,
                     "What the whole file's SHA-256 must be: nothing is served before it is known");
  stream->add_option("--content", get.content, "What the content id must be");
  add_job_options(*stream, get);
  add_peer_options(*stream, get.peers);
  add_shared_options(*stream, settings);
  stream->callback([&settings, request] {
    settings.run = [&settings, request] { return run_stream(settings, *request); };
  });
}

}  // namespace freshet::cli
