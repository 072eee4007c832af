#include "api/doagent/driver.h"

#include <sys/stat.h>

#include <cerrno>

#include "api/doagent/destination.h"
#include "api/doagent/network.h"
#include "engine/base/url.h"

namespace freshet::doagent {

namespace {

using std::chrono::seconds;

constexpr std::size_t kThreads = 8;
constexpr Duration kDaemonPause = seconds{2};
constexpr Duration kNetworkPause = seconds{30};

TimePoint now() {
  return std::chrono::steady_clock::now();
}

bool is_away(Error const& error) {
  return error.code == Errc::daemon_unavailable || error.code == Errc::stopped;
}

}  // namespace

Driver::Driver(Parts parts) : parts_(std::move(parts)) {
  parts_.engine.on_event([this](JobEvent const& event) { heard(event); });
  parts_.engine.on_connected([this](Client& client) { adopt(client); });
  schedule_ = std::make_unique<Schedule>(kThreads, [this](JobId id) { return look(id); });
}

void Driver::stop() {
  schedule_->stop();
  parts_.engine.close();
}

void Driver::wake(std::shared_ptr<Entry> const& entry) {
  bool gone = false;
  {
    std::lock_guard const lock(parts_.table.mutex);
    gone = entry->gone;
  }
  if (gone) {
    std::lock_guard const lock(mutex_);
    gone_[entry->record.id] = entry;
  }
  schedule_->wake(entry->record.id);
}

void Driver::heard(JobEvent const& event) {
  auto const entry = parts_.table.find_job(event.job.id);
  if (!entry) return;
  {
    std::lock_guard const lock(parts_.table.mutex);
    entry->record.hear_progress(event.job.progress.bytes_done, event.job.progress.bytes_total);
  }
  if (event.kind != JobEvent::Kind::progress) schedule_->wake(entry->record.id);
}

// Jobs of ours that no download knows: it was forgotten, or its record was not written in time.
void Driver::adopt(Client& client) {
  auto const jobs = client.jobs();
  if (!jobs) return;
  for (auto const& job : *jobs) {
    if (is_final(job.state) || !job.spec.app_data.starts_with(parts_.mark)) continue;
    auto const id = job_id_from_string(job.spec.app_data.substr(parts_.mark.size()));
    auto const entry = id ? parts_.table.find(*id) : nullptr;
    if (entry && copy(*entry).job == job.id) continue;
    if (!entry || copy(*entry).job) {
      static_cast<void>(client.cancel(job.id));
      continue;
    }
    parts_.table.set_job(*entry, job.id);
    static_cast<void>(parts_.table.save(*entry));
  }
}

Download Driver::copy(Entry const& entry) const {
  std::lock_guard const lock(parts_.table.mutex);
  return entry.record;
}

std::shared_ptr<Entry> Driver::entry_of(JobId id) {
  if (auto entry = parts_.table.find(id)) return entry;
  std::lock_guard const lock(mutex_);
  auto const found = gone_.find(id);
  return found == gone_.end() ? nullptr : found->second;
}

Driver::Again Driver::look(JobId id) {
  auto const entry = entry_of(id);
  if (!entry) return std::nullopt;
  auto const download = copy(*entry);
  bool gone = false;
  {
    std::lock_guard const lock(parts_.table.mutex);
    gone = entry->gone;
  }
  bool const idle = download.state == State::created || download.state == State::transferred;
  if (!gone && idle) return std::nullopt;
  if (!gone && download.state == State::transferring && look_for_progress(*entry)) return now();
  auto* const client = parts_.engine.get();
  if (client == nullptr) {
    return unavailable(*entry, {Errc::daemon_unavailable, "freshetd", "does not answer"});
  }
  if (gone) return end(*client, *entry);
  if (download.state == State::paused) return rest(*client, *entry, download);
  return advance(*client, *entry, download);
}

Driver::Again Driver::unavailable(Entry& entry, Error const& error) {
  std::lock_guard const lock(parts_.table.mutex);
  if (entry.record.state == State::transferring) {
    entry.record.error = entry.attempts.last_failure = code_of(error);
  }
  return now() + kDaemonPause;
}

Driver::Again Driver::end(Client& client, Entry& entry) {
  auto const download = copy(entry);
  if (download.job) {
    auto ended = entry.finished ? client.complete_placed(*download.job, {0})
                                : Result<Completion>(Completion{});
    if (ended && !entry.finished) {
      if (auto const cancelled = client.cancel(*download.job); !cancelled) {
        ended = tl::unexpected(cancelled.error());
      }
    }
    if (!ended && is_away(ended.error())) return now() + kDaemonPause;
    if (!ended && entry.finished) static_cast<void>(client.cancel(*download.job));
  }
  parts_.table.set_job(entry, std::nullopt);
  std::lock_guard const lock(mutex_);
  gone_.erase(download.id);
  return std::nullopt;
}

// Paused: its job has to rest too. One that waits for a network goes on by itself.
Driver::Again Driver::rest(Client& client, Entry& entry, Download const& download) {
  bool const waits = download.error == 0 && download.extended == kNoNetwork;
  if (waits && has_network()) {
    {
      std::lock_guard const lock(parts_.table.mutex);
      if (entry.record.state != State::paused || entry.record.extended != kNoNetwork) return now();
      entry.record.state = State::transferring;
      entry.record.extended = 0;
      entry.attempts.begun = false;
      entry.attempts.next.reset();
    }
    static_cast<void>(parts_.table.save(entry));
    return now();
  }
  if (download.job) {
    auto const info = client.job(*download.job);
    bool const runs = info && info->state != JobState::suspended && !is_final(info->state) &&
                      info->state != JobState::transferred;
    auto const done = runs ? client.suspend(*download.job) : Result<void>();
    if (!done && is_away(done.error())) return now() + kDaemonPause;
  }
  return waits ? Again(now() + kNetworkPause) : std::nullopt;
}

void Driver::pause(Entry& entry, Code why, Code more) {
  {
    std::lock_guard const lock(parts_.table.mutex);
    if (entry.record.state != State::transferring) return;
    entry.record.pause_with(why, more);
  }
  static_cast<void>(parts_.table.save(entry));
  parts_.log(LogSeverity::warn, "download paused id=" + to_string(entry.record.id) + " error=" +
                                    std::to_string(why) + " extended=" + std::to_string(more));
}

bool Driver::look_for_progress(Entry& entry) {
  Code failure = 0;
  {
    std::lock_guard const lock(parts_.table.mutex);
    auto& attempts = entry.attempts;
    if (attempts.next_look == TimePoint{}) attempts.next_look = now() + Looks::kInterval;
    if (now() < attempts.next_look) return false;
    attempts.next_look = now() + Looks::kInterval;
    if (!attempts.looks.look(entry.record.transferred, entry.record.no_progress_s)) return false;
    failure = attempts.last_failure;
  }
  pause(entry, kNoProgress, failure);
  return true;
}

// The bytes go into the destination once they are whole and right.
Driver::Again Driver::place(Client& client, Entry& entry, JobId job) {
  auto const download = copy(entry);
  auto const file = open_destination(download.path, download.file.value_or(FileKey{}));
  if (!file) {
    pause(entry, file.error(), 0);
    return now();
  }
  auto const files = client.files(job);
  auto const placed =
      files ? client.place_into(job, 0, file->get()) : Result<void>(tl::unexpected(files.error()));
  if (!placed) {
    if (is_away(placed.error())) return unavailable(entry, placed.error());
    pause(entry, code_of(placed.error()), 0);
    return now();
  }
  struct stat status {};
  auto const length = files->empty() ? std::nullopt : files->front().length;
  bool const right =
      ::fstat(file->get(), &status) == 0 && length && static_cast<Bytes>(status.st_size) == *length;
  if (!right) {
    pause(entry, kBadLength, 0);
    return now();
  }
  {
    std::lock_guard const lock(parts_.table.mutex);
    if (entry.gone || entry.record.state != State::transferring) return now();
    entry.record.total = entry.record.transferred = *length;
    entry.record.state = State::transferred;
    entry.record.error = entry.record.extended = 0;
  }
  static_cast<void>(parts_.table.save(entry));
  parts_.log(LogSeverity::info, "download transferred id=" + to_string(download.id) +
                                    " bytes=" + std::to_string(*length));
  return std::nullopt;
}

}  // namespace freshet::doagent
