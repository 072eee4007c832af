#include "api/apt/fetch.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "engine/base/hash.h"

namespace freshet::apt {

namespace {

using std::chrono::milliseconds;

constexpr std::string_view kMark = "freshet-apt-method ";
constexpr Duration kTurn = milliseconds{300};
constexpr std::size_t kReadBytes = 256 * 1024;

std::string mark() {
  return std::string(kMark) + std::to_string(::getpid());
}

// Whether the process that made a job has left it: suspended, as it was interrupted, or by its end.
bool is_orphan(JobInfo const& job) {
  std::string_view app_data = job.spec.app_data;
  if (is_final(job.state) || !app_data.starts_with(kMark)) return false;
  if (job.state == JobState::suspended) return true;
  app_data.remove_prefix(kMark.size());
  pid_t pid = 0;
  static_cast<void>(std::from_chars(app_data.data(), app_data.data() + app_data.size(), pid));
  return pid > 0 && ::kill(pid, 0) != 0 && errno == ESRCH;
}

tl::unexpected<Error> failed(std::string const& path) {
  return fail(Errc::io_error, path, std::strerror(errno));
}

struct Content {
  Digest sha256;
  Bytes size = 0;
};

// What really lies there, read with our own rights: this is what apt is told.
Result<Content> content_of(int file, std::string const& path) {
  Sha256 hash;
  Content content;
  std::vector<char> bytes(kReadBytes);
  while (true) {
    auto const got = ::pread(file, bytes.data(), bytes.size(), static_cast<off_t>(content.size));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(path);
    if (got == 0) break;
    hash.update(std::as_bytes(std::span(bytes).first(static_cast<std::size_t>(got))));
    content.size += static_cast<Bytes>(got);
  }
  content.sha256 = hash.finish();
  return content;
}

std::string http_date(WallTime time) {
  auto const seconds = std::chrono::system_clock::to_time_t(time);
  tm parts{};
  std::array<char, 64> text{};
  static_cast<void>(::gmtime_r(&seconds, &parts));
  static_cast<void>(::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts));
  return text.data();
}

void set_modified(int file, WallTime time) {
  timespec const times[2] = {{0, UTIME_OMIT}, {std::chrono::system_clock::to_time_t(time), 0}};
  static_cast<void>(::futimens(file, times));
}

}  // namespace

Result<Message> Fetch::run() {
  auto const job = begin();
  if (!job) return tl::unexpected(job.error());
  auto arrived = wait(*job);
  auto done = arrived ? place(*job) : Result<Message>(tl::unexpected(arrived.error()));
  if (done) return done;
  // Who interrupts apt finds it here the next time; else it goes straight, and nobody wants it.
  if (stopping_) {
    static_cast<void>(client_.suspend(*job));
  } else {
    static_cast<void>(client_.cancel(*job));
  }
  return done;
}

std::optional<JobId> Fetch::left_behind() {
  auto const jobs = client_.jobs();
  if (!jobs) return std::nullopt;
  for (auto const& job : *jobs) {
    if (!is_orphan(job)) continue;
    auto const files = client_.files(job.id);
    bool const same = files && files->size() == 1 && files->front().spec.sha256 == wish_.sha256 &&
                      files->front().spec.path == wish_.file;
    if (!same) continue;
    auto spec = job.spec;
    spec.app_data = mark();
    if (client_.configure(job.id, std::move(spec))) return job.id;
  }
  return std::nullopt;
}

Result<JobId> Fetch::begin() {
  if (auto const job = left_behind()) {
    auto const taken = client_.set_urls(*job, 0, {wish_.url});
    auto const resumed = taken ? client_.resume(*job) : taken;
    // All of it may have arrived since.
    if (resumed || resumed.error().code == Errc::job_empty) return *job;
  }
  JobSpec spec;
  spec.name = "apt " + wish_.file.substr(wish_.file.rfind('/') + 1).substr(0, 200);
  spec.app_data = mark();
  spec.proxy = wish_.proxy;
  spec.limit = wish_.limit;
  spec.size_max = wish_.size;
  FileSpec file;
  file.urls = {wish_.url};
  file.path = wish_.file;
  file.sha256 = wish_.sha256;
  return client_.start(std::move(spec), {std::move(file)});
}

Result<void> Fetch::wait(JobId job) {
  auto const start = std::chrono::steady_clock::now();
  auto last = start;
  Bytes done = 0;
  while (!stopping_) {
    auto info = client_.wait(job, kTurn);
    if (!info && info.error().code == Errc::timed_out) info = client_.job(job);
    if (!info) return tl::unexpected(info.error());
    if (info->state == JobState::transferred) return {};
    if (info->state == JobState::error) return tl::unexpected(info->error->error);
    if (is_final(info->state)) return fail(Errc::cancelled, wish_.url, "the job was ended");
    auto const now = std::chrono::steady_clock::now();
    if (info->progress.bytes_done > done) last = now;
    done = info->progress.bytes_done;
    if (now - last > rules_.patience) return fail(Errc::stalled, wish_.url, "brings nothing");
    tell(*info);
  }
  return fail(Errc::stopped, wish_.url, "apt has gone");
}

// What people see while they wait.
void Fetch::tell(JobInfo const& info) {
  auto const percent = wish_.size == 0 ? 0 : 100 * info.progress.bytes_done / wish_.size;
  auto const peers = info.progress.from_peers / (1U << 20);
  Message status{102, "Status", {{"URI", wish_.uri}}};
  status.set("Message", "freshet: " + std::to_string(percent) + "%" +
                            (peers > 0 ? ", " + std::to_string(peers) + " MiB from peers" : ""));
  outbox_.put({std::move(status)});
}

Result<Message> Fetch::place(JobId job) {
  auto const files = client_.files(job);
  if (!files) return tl::unexpected(files.error());
  auto const modified = files->front().modified;
  auto const sizes = std::to_string(wish_.size);
  Message start{200, "URI Start", {{"URI", wish_.uri}, {"Size", sizes}}};
  if (modified) start.set("Last-Modified", http_date(*modified));
  outbox_.put({std::move(start)});
  // What an attempt before left at the file's own name is filled anew.
  local::Descriptor const file(
      ::open(wish_.file.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!file) return failed(wish_.file);
  if (auto placed = client_.place_into(job, 0, file.get()); !placed) {
    return tl::unexpected(placed.error());
  }
  auto const content = content_of(file.get(), wish_.file);
  if (!content) return tl::unexpected(content.error());
  if (content->sha256 != wish_.sha256 || content->size != wish_.size) {
    static_cast<void>(::ftruncate(file.get(), 0));
    return fail(Errc::digest_mismatch, wish_.file, "is not what apt expects");
  }
  if (modified) set_modified(file.get(), *modified);
  static_cast<void>(client_.complete_placed(job, {0}));
  Message done{201, "URI Done", {{"URI", wish_.uri}, {"Filename", wish_.file}, {"Size", sizes}}};
  if (modified) done.set("Last-Modified", http_date(*modified));
  done.set("SHA256-Hash", to_hex(content->sha256));
  done.set("Checksum-FileSize-Hash", std::to_string(content->size));
  return done;
}

}  // namespace freshet::apt
