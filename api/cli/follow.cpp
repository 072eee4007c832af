#include "api/cli/follow.h"

#include <nlohmann/json.hpp>

#include "api/cli/exit_code.h"
#include "api/cli/json_text.h"
#include "api/cli/text.h"

namespace freshet::cli {

namespace {

using namespace std::chrono_literals;
using nlohmann::json;

// How often lines are written where they cannot replace each other.
constexpr auto kLineInterval = 2s;
constexpr auto kJsonInterval = 500ms;

}  // namespace

Follower::Follower(Client& client, Console& console, Wakeups& wakeups)
    : client_(client), console_(console), wakeups_(wakeups) {}

int Follower::follow(std::function<Result<JobId>()> const& begin) {
  auto const watching = client_.watch([this](JobEvent const& event) { wakeups_.push(event); });
  auto const job = begin();
  if (!job) return console_.error(job.error());
  return run(*job);
}

int Follower::run(JobId job) {
  job_ = job;
  shown_ = begun_;
  auto const now = client_.job(job);
  if (!now) return console_.error(now.error());
  if (console_.json()) console_.record(json{{"event", "job"}, {"job", to_json(*now)}});
  if (auto const code = see_state(*now)) return *code;
  while (true) {
    auto const next = wakeups_.next(1000ms);
    if (next.signal != 0) return stop(job, next.signal);
    if (!next.event || next.event->job.id != job) continue;
    if (auto const code = see(*next.event)) return *code;
  }
}

std::optional<int> Follower::see(JobEvent const& event) {
  switch (event.kind) {
    case JobEvent::Kind::state:
      if (console_.json()) {
        console_.record(json{{"event", "state"}, {"state", to_string(event.job.state)}});
      }
      return see_state(event.job);
    case JobEvent::Kind::progress:
      show_progress(event.job);
      return std::nullopt;
    case JobEvent::Kind::file_transferred:
      return std::nullopt;
    case JobEvent::Kind::removed:
      return console_.error({Errc::cancelled, "job " + to_string(event.job.id), "was ended"});
  }
  return std::nullopt;
}

std::optional<int> Follower::see_state(JobInfo const& job) {
  if (job.state == JobState::transferred) return finish(job);
  if (job.state == JobState::error) return give_up(job);
  if (job.state == JobState::transient_error && job.error) {
    console_.note("freshet: " + printable(describe(job.error->error)));
  }
  return std::nullopt;
}

void Follower::show_progress(JobInfo const& job) {
  auto const now = std::chrono::steady_clock::now();
  auto const interval = console_.json()       ? std::chrono::milliseconds(kJsonInterval)
                        : console_.terminal() ? 0ms
                                              : std::chrono::milliseconds(kLineInterval);
  if (now - shown_ < interval) return;
  shown_ = now;
  if (console_.json()) {
    console_.record(json{{"event", "progress"}, {"progress", to_json(job.progress)}});
  } else {
    console_.status(job.spec.name + "  " + progress_text(job.progress));
  }
}

int Follower::finish(JobInfo const& job) {
  auto const files = client_.files(job.id);
  if (!files) return console_.error(files.error());
  auto const why = client_.why(job.id);
  auto const completion = client_.complete(job.id);
  if (!completion) return console_.error(completion.error());
  for (auto const& file : *files) {
    if (!console_.json()) {
      console_.result(file.spec.path);
      continue;
    }
    auto line = to_json(file);
    line["event"] = "file";
    line["placed"] = true;
    console_.record(line);
  }
  auto const took = std::chrono::steady_clock::now() - begun_;
  ended_ = Ended{job, *files, why.value_or("{}"), took};
  auto const& progress = job.progress;
  if (console_.json()) {
    console_.record(json{{"event", "done"},
                         {"files_placed", completion->files_placed},
                         {"seconds", std::chrono::duration<double>(took).count()},
                         {"progress", to_json(progress)}});
  } else {
    auto const sources = sources_text(progress);
    console_.note("Done: " + size_text(progress.bytes_done) + " in " + time_text(took) +
                  (sources.empty() ? "" : " (" + sources + ")"));
  }
  return kDone;
}

int Follower::give_up(JobInfo const& job) {
  auto const error = job.error ? job.error->error : Error{};
  auto const code = console_.error(error);
  // A job that has nothing yet and cannot get it is no use to keep.
  if (job.progress.bytes_done == 0 && !is_transient(error.code)) {
    static_cast<void>(client_.cancel(job.id));
  } else {
    console_.note("What has arrived is kept (job " + to_string(job.id) +
                  "): the same command goes on from there.");
  }
  return code;
}

int Follower::stop(JobId job, int signal) {
  wakeups_.stop_catching();
  if (auto const suspended = client_.suspend(job); !suspended) {
    return console_.error(suspended.error());
  }
  if (console_.json()) {
    console_.record(json{{"event", "stopped"}, {"job", to_string(job)}, {"signal", signal}});
  } else {
    console_.note("Stopped. The same command goes on from here; freshet job cancel " +
                  to_string(job) + " drops it.");
  }
  return kStopped + signal;
}

}  // namespace freshet::cli
