// What the kernel tells of this machine.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <vector>

#include "api/doctor/machine_checks.h"

namespace freshet::doctor {

namespace {

constexpr Bytes kTrialBytes = 32_MiB;
constexpr std::size_t kTrialStep = 1 << 20;
constexpr int kSyncs = 4;

std::string nearest(std::string directory) {
  std::error_code error;
  while (!std::filesystem::is_directory(directory, error) && directory.size() > 1) {
    directory = std::filesystem::path(directory).parent_path().string();
  }
  return directory;
}

Error system_error(std::string const& where) {
  auto const number = errno;
  auto const code = number == ENOSPC                      ? Errc::disk_full
                    : number == EDQUOT                    ? Errc::quota_exceeded
                    : number == EACCES || number == EPERM ? Errc::permission_denied
                    : number == EROFS                     ? Errc::read_only
                                                          : Errc::io_error;
  return {code, where, std::generic_category().message(number)};
}

class OpenFile {
 public:
  explicit OpenFile(std::string const& directory)
      : descriptor_(::open(directory.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600)) {
    if (descriptor_ >= 0 || (errno != EOPNOTSUPP && errno != EISDIR)) return;
    auto name = directory + "/.freshet-doctor-XXXXXX";
    descriptor_ = ::mkstemp(name.data());
    if (descriptor_ >= 0) ::unlink(name.c_str());
  }
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenFile(OpenFile const&) = delete;
  OpenFile& operator=(OpenFile const&) = delete;
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

bool write_all(int file, std::vector<char> const& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    auto const wrote = ::write(file, bytes.data() + done, bytes.size() - done);
    if (wrote <= 0) return false;
    done += static_cast<std::size_t>(wrote);
  }
  return true;
}

std::optional<Error> try_disk(DiskFacts& facts) {
  using Clock = std::chrono::steady_clock;
  OpenFile const file(facts.directory);
  if (file.get() < 0) return system_error(facts.directory);
  std::vector<char> const step(kTrialStep, 'f');
  auto const begin = Clock::now();
  for (Bytes done = 0; done < std::min(kTrialBytes, facts.free / 2); done += step.size()) {
    if (!write_all(file.get(), step)) return system_error(facts.directory);
    facts.written = done + step.size();
  }
  if (::fdatasync(file.get()) != 0) return system_error(facts.directory);
  facts.took = Clock::now() - begin;
  std::vector<char> const small(4096, 'f');
  for (int i = 0; i < kSyncs; ++i) {
    auto const before = Clock::now();
    if (!write_all(file.get(), small) || ::fdatasync(file.get()) != 0) {
      return system_error(facts.directory);
    }
    facts.sync = std::max<Duration>(facts.sync, Clock::now() - before);
  }
  return std::nullopt;
}

}  // namespace

ClockFacts look_at_clock() {
  ClockFacts facts;
  facts.now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  timex state{};
  if (::adjtimex(&state) >= 0) facts.synchronized = (state.status & STA_UNSYNC) == 0;
  return facts;
}

DiskFacts look_at_disk(std::string const& directory) {
  DiskFacts facts;
  facts.directory = nearest(directory);
  struct statvfs state {};
  if (::statvfs(facts.directory.c_str(), &state) != 0) {
    facts.error = system_error(facts.directory);
    return facts;
  }
  facts.size = Bytes{state.f_blocks} * state.f_frsize;
  facts.free = Bytes{state.f_bavail} * state.f_frsize;
  facts.files_free = state.f_favail;
  facts.counts_files = state.f_files > 0;
  facts.error = try_disk(facts);
  return facts;
}

LimitFacts look_at_limits() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return {limit.rlim_cur, limit.rlim_max};
}

Environment look_at_proxies() {
  Environment found;
  for (auto const* name : {"http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY",
                           "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"}) {
    if (auto const* const value = std::getenv(name)) found.emplace(name, value);
  }
  return found;
}

}  // namespace freshet::doctor
