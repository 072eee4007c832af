// freshet job watch [JOB]
#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <memory>

#include <nlohmann/json.hpp>

#include "api/cli/command.h"
#include "api/cli/commands.h"
#include "api/cli/exit_code.h"
#include "api/cli/job_lookup.h"
#include "api/cli/json_text.h"
#include "api/cli/text.h"

namespace freshet::cli {

namespace {

using namespace std::chrono_literals;

std::string_view name_of(JobEvent::Kind kind) {
  switch (kind) {
    case JobEvent::Kind::state:
      return "state";
    case JobEvent::Kind::progress:
      return "progress";
    case JobEvent::Kind::file_transferred:
      return "file_transferred";
    case JobEvent::Kind::removed:
      return "removed";
  }
  return "state";
}

void show(Console& console, JobEvent const& event) {
  auto const& job = event.job;
  if (console.json()) {
    nlohmann::json line{{"event", name_of(event.kind)}, {"job", to_json(job)}};
    if (event.kind == JobEvent::Kind::file_transferred) line["file"] = event.file;
    return console.record(line);
  }
  auto const head = to_string(job.id) + "  " + printable(job.spec.name) + "  ";
  if (event.kind == JobEvent::Kind::progress) {
    return console.status(head + progress_text(job.progress));
  }
  if (event.kind == JobEvent::Kind::file_transferred) {
    return console.result(head + "file " + std::to_string(event.file) + " transferred");
  }
  auto const why = job.error ? "  " + printable(describe(job.error->error)) : std::string();
  console.result(head + std::string(to_string(job.state)) + why);
}

// Nothing while there is something to watch.
std::optional<int> end_of(JobInfo const& job) {
  if (job.state == JobState::error) return exit_code(job.error ? job.error->error.code : Errc{});
  bool const done = job.state == JobState::transferred || is_final(job.state);
  return done ? std::optional<int>(kDone) : std::nullopt;
}

int watch(Client& client, Console& console, Wakeups& wakeups, std::string const& word) {
  auto const watching = client.watch([&](JobEvent const& event) { wakeups.push(event); });
  std::optional<JobId> only;
  if (!word.empty()) {
    auto const job = find_job(client, word);
    if (!job) return console.error(job.error());
    only = job->id;
    show(console, {JobEvent::Kind::state, *job});
    if (auto const code = end_of(*job)) return *code;
  }
  while (true) {
    auto const next = wakeups.next(1000ms);
    if (next.signal != 0) return kStopped + next.signal;
    if (!next.event || (only && next.event->job.id != *only)) continue;
    show(console, *next.event);
    bool const progress = next.event->kind == JobEvent::Kind::progress;
    auto const code = only && !progress ? end_of(next.event->job) : std::nullopt;
    if (code) return *code;
  }
}

}  // namespace

void add_job_watch(CLI::App& noun, Settings& settings) {
  auto* const command = noun.add_subcommand(
      "watch", "Show what happens to a job until it is done, or to all jobs until Ctrl-C");
  auto const word = std::make_shared<std::string>();  // Ends with the parser's callback.
  command->add_option("JOB", *word, "Its id, or the beginning of it; without one, all jobs");
  stay_with_client(*command, settings, [word](Client& client, Console& console, Wakeups& wakeups) {
    return watch(client, console, wakeups, *word);
  });
}

}  // namespace freshet::cli
