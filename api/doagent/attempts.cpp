// How a download is fetched: by cache host or origin, again and again, until it is there or it is
// clear that it will not be.
#include <algorithm>

#include "api/doagent/cache_url.h"
#include "api/doagent/driver.h"
#include "api/doagent/network.h"
#include "engine/base/url.h"

namespace freshet::doagent {

namespace {

using std::chrono::seconds;

constexpr Duration kAgain = seconds{2};
// A cache host may take its connect time and one stall, then it has failed.
constexpr Duration kCacheSilenceMax = seconds{3 + 20};
// The engine's own turns are later than ours, and its patience is longer.
constexpr Duration kEngineRetry = seconds{90};
constexpr Duration kEnginePatience = std::chrono::hours{24 * 60};

TimePoint now() {
  return std::chrono::steady_clock::now();
}

bool is_away(Error const& error) {
  return error.code == Errc::daemon_unavailable || error.code == Errc::stopped;
}

bool is_refusal(Errc code) {
  return code >= Errc::http_unauthorized && code <= Errc::http_client_error;
}

bool is_unreachable(Errc code) {
  return code == Errc::name_not_resolved || code == Errc::connect_failed ||
         code == Errc::timed_out || code == Errc::stalled;
}

// Ours to mend: nobody else has better bytes for it.
bool is_local(Errc code) {
  return (code >= Errc::disk_full && code <= Errc::store_corrupt) || code == Errc::internal;
}

std::string name_of_job(Download const& download) {
  auto const slash = download.path.rfind('/');
  auto name = download.path.substr(slash == std::string::npos ? 0 : slash + 1);
  bool const plain = std::ranges::all_of(name, [](char c) { return c >= 0x20 && c < 0x7f; });
  return plain && !name.empty() && name.size() <= 200 ? name : std::string("download");
}

}  // namespace

std::string Driver::url_of(Entry const& entry) const {
  std::lock_guard const lock(parts_.table.mutex);
  auto const& attempts = entry.attempts;
  if (attempts.course.side() == Side::origin) return entry.record.uri;
  return cache_url(entry.record.uri, attempts.cache_host).value_or(entry.record.uri);
}

CacheView Driver::cache_of(Entry const& entry, TimePoint at) {
  std::string cache;
  std::string uri;
  {
    std::lock_guard const lock(parts_.table.mutex);
    cache = entry.attempts.cache_host;
    uri = entry.record.uri;
  }
  if (!cache_url(uri, cache)) return {};
  auto const delay = parts_.configuration.admin().fallback_delay;
  std::lock_guard const lock(mutex_);
  return {!bans_.banned(cache, host_of(uri), at), delay};
}

void Driver::begin(Entry& entry, Download const& download) {
  auto const host = parts_.configuration.cache_host();
  {
    std::lock_guard const lock(parts_.table.mutex);
    entry.attempts.begun = true;
    entry.attempts.cache_host = host;
  }
  auto const at = now();
  auto const cache = cache_of(entry, at);
  std::lock_guard const lock(parts_.table.mutex);
  entry.attempts.course.begin(cache, at);
  entry.attempts.next = at;
  entry.attempts.errors_seen = 0;
  parts_.log(LogSeverity::info, "download started id=" + to_string(download.id) +
                                    " url=" + redact(download.uri) +
                                    (cache.usable ? " cache=" + host : std::string()));
}

Driver::Again Driver::advance(Client& client, Entry& entry, Download const& download) {
  bool begun = false;
  {
    std::lock_guard const lock(parts_.table.mutex);
    begun = entry.attempts.begun;
  }
  if (!begun) begin(entry, download);
  std::optional<TimePoint> next;
  TimePoint next_look{};
  {
    std::lock_guard const lock(parts_.table.mutex);
    next = entry.attempts.next;
    next_look = entry.attempts.next_look;
  }
  if (next && *next > now()) return std::min(*next, next_look);
  auto const again = !download.job ? make_job(client, entry, download)
                     : next        ? attempt(client, entry, *download.job)
                                   : go_on(client, entry, *download.job);
  return again ? std::min(*again, next_look) : again;
}

Driver::Again Driver::make_job(Client& client, Entry& entry, Download const& download) {
  JobSpec spec;
  spec.name = name_of_job(download);
  spec.app_data = parts_.mark + to_string(download.id);
  spec.retry_delay_min = kEngineRetry;
  spec.no_progress_timeout = kEnginePatience;
  FileSpec file;
  file.urls = {url_of(entry)};
  file.path = download.path;
  auto const job = client.start(std::move(spec), {std::move(file)});
  if (!job) {
    return is_away(job.error()) ? unavailable(entry, job.error()) : met(client, entry, job.error());
  }
  parts_.table.set_job(entry, *job);
  static_cast<void>(parts_.table.save(entry));
  under_way(entry);
  return now();
}

void Driver::under_way(Entry& entry) {
  std::lock_guard const lock(parts_.table.mutex);
  auto& attempts = entry.attempts;
  attempts.next.reset();
  attempts.bytes_before = entry.record.transferred;
  attempts.cache_silent.reset();
  if (attempts.course.side() == Side::cache) attempts.cache_silent = now();
  if (entry.record.state == State::transferring) entry.record.error = entry.record.extended = 0;
}

Driver::Again Driver::attempt(Client& client, Entry& entry, JobId job) {
  auto const before = client.job(job);
  auto tried = before ? client.set_urls(job, 0, {url_of(entry)})
                      : Result<void>(tl::unexpected(before.error()));
  if (tried) tried = client.resume(job);
  // Nothing is left to transfer: it is all there.
  bool const there = !tried && tried.error().code == Errc::job_empty;
  if (!tried && !there) return lost(client, entry, tried.error());
  {
    std::lock_guard const lock(parts_.table.mutex);
    entry.attempts.errors_seen = before->error_count;
  }
  under_way(entry);
  return now();
}

Driver::Again Driver::lost(Client& client, Entry& entry, Error const& error) {
  if (is_away(error)) return unavailable(entry, error);
  bool const gone = error.code == Errc::job_not_found || error.code == Errc::invalid_state ||
                    error.code == Errc::access_denied;
  if (!gone) return met(client, entry, error);
  parts_.table.set_job(entry, std::nullopt);
  static_cast<void>(parts_.table.save(entry));
  std::lock_guard const lock(parts_.table.mutex);
  entry.attempts.next = now() + kAgain;
  return entry.attempts.next;
}

Driver::Again Driver::go_on(Client& client, Entry& entry, JobId job) {
  auto const info = client.job(job);
  if (!info) return lost(client, entry, info.error());
  bool fresh = false;
  {
    std::lock_guard const lock(parts_.table.mutex);
    entry.record.hear_progress(info->progress.bytes_done, info->progress.bytes_total);
    fresh = std::exchange(entry.attempts.errors_seen, info->error_count) != info->error_count;
  }
  switch (info->state) {
    case JobState::suspended:
      return attempt(client, entry, job);
    case JobState::transient_error:
    case JobState::error:
      return fresh ? met(client, entry, info->error->error) : attempt(client, entry, job);
    case JobState::transferred:
      return place(client, entry, job);
    case JobState::acknowledged:
    case JobState::cancelled:
      parts_.table.set_job(entry, std::nullopt);
      pause(entry, code(hresult(Errc::cancelled)), 0);
      return now();
    default:
      return watch_cache(client, entry, *info);
  }
}

Driver::Again Driver::watch_cache(Client& client, Entry& entry, JobInfo const& info) {
  {
    std::lock_guard const lock(parts_.table.mutex);
    auto& attempts = entry.attempts;
    if (!attempts.cache_silent) return attempts.next_look;
    bool const waits = info.state == JobState::queued;
    if (waits || entry.record.transferred > attempts.bytes_before) {
      attempts.cache_silent = now();
      attempts.bytes_before = entry.record.transferred;
    }
    auto const due = *attempts.cache_silent + kCacheSilenceMax;
    if (now() < due) return due;
  }
  return met(client, entry, {Errc::timed_out, "cache host", "sends nothing"});
}

// An attempt has failed.
Driver::Again Driver::met(Client& client, Entry& entry, Error const& error) {
  auto const why = code_of(error);
  std::string cache;
  std::string origin;
  Side side = Side::origin;
  {
    std::lock_guard const lock(parts_.table.mutex);
    side = entry.attempts.course.side();
    cache = entry.attempts.cache_host;
    origin = host_of(entry.record.uri);
    entry.attempts.last_failure = why;
  }
  if (is_local(error.code) || (side == Side::origin && is_fatal(error))) {
    pause(entry, why, 0);
    return now();
  }
  auto const at = now();
  if (side == Side::cache) {
    std::lock_guard const lock(mutex_);
    if (is_unreachable(error.code)) bans_.ban(cache, at);
    if (is_refusal(error.code)) bans_.ban(cache, origin, at);
  }
  if (!proves_network(error) && !has_network()) {
    pause(entry, 0, kNoNetwork);
    return rest(client, entry, copy(entry));
  }
  auto const view = cache_of(entry, at);
  Course::Next next;
  {
    std::lock_guard const lock(parts_.table.mutex);
    auto& attempts = entry.attempts;
    bool const progressed = entry.record.transferred > attempts.bytes_before;
    next = attempts.course.failed({is_refusal(error.code), progressed}, view, at);
    attempts.next = next.at;
    if (entry.record.state == State::transferring) entry.record.error = why;
  }
  if (next.over) {
    pause(entry, why, 0);
    return now();
  }
  return next.at;
}

}  // namespace freshet::doagent
