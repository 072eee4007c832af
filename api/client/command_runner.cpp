#include "api/client/command_runner.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <utility>

namespace freshet {

namespace {

constexpr int kCannotRun = 127;

// Who the program runs as, looked up before the fork: afterwards nothing may allocate.
struct Identity {
  bool change = false;
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
};

std::optional<Identity> identity_of(std::uint32_t owner) {
  if (owner == ::geteuid()) return Identity{};
  if (::geteuid() != 0) return std::nullopt;
  std::array<char, 16384> room{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(owner, &entry, room.data(), room.size(), &found) != 0 || found == nullptr) {
    return std::nullopt;
  }
  Identity identity{true, owner, entry.pw_gid, {}};
  int count = 64;
  identity.groups.resize(static_cast<std::size_t>(count));
  if (::getgrouplist(entry.pw_name, entry.pw_gid, identity.groups.data(), &count) < 0) {
    return std::nullopt;
  }
  identity.groups.resize(static_cast<std::size_t>(count));
  return identity;
}

bool become(Identity const& identity) {
  if (!identity.change) return true;
  return ::setgroups(identity.groups.size(), identity.groups.data()) == 0 &&
         ::setgid(identity.gid) == 0 && ::setuid(identity.uid) == 0;
}

// The child's side: only what is safe between fork and exec.
[[noreturn]] void become_program(Identity const& identity, char* const* words) {
  int const nothing = ::open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; ++fd) ::dup2(nothing, fd);
  ::close_range(3, ~0U, 0);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (become(identity) && ::chdir("/") == 0) ::execv(words[0], words);
  ::_exit(kCannotRun);
}

// glibc 2.36 declares its own without extern "C".
int open_pidfd(int pid) {
  return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
}

int start(std::uint32_t owner, std::vector<std::string>& command) {
  auto const identity = identity_of(owner);
  if (!identity) return -1;
  std::vector<char*> words;
  for (auto& word : command) words.push_back(word.data());
  words.push_back(nullptr);
  int const pid = ::fork();
  if (pid == 0) become_program(*identity, words.data());
  return pid;
}

}  // namespace

CommandRunner::~CommandRunner() {
  stop();
}

void CommandRunner::run(std::uint32_t owner, std::vector<std::string> command,
                        std::function<void(bool)> done) {
  std::lock_guard const lock(mutex_);
  if (stopping_) return;
  orders_.push_back({owner, std::move(command), std::move(done)});
  if (!thread_.joinable()) {
    wake_fd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    thread_ = std::thread([this] { work(); });
  }
  static_cast<void>(::eventfd_write(wake_fd_, 1));
}

void CommandRunner::stop() {
  {
    std::lock_guard const lock(mutex_);
    stopping_ = true;
    if (!thread_.joinable()) return;
    static_cast<void>(::eventfd_write(wake_fd_, 1));
  }
  thread_.join();
  ::close(wake_fd_);
}

void CommandRunner::work() {
  while (true) {
    {
      std::lock_guard const lock(mutex_);
      if (stopping_) break;
    }
    start_orders();
    wait_for_one();
  }
  for (auto const& running : running_) ::close(running.pidfd);
}

void CommandRunner::start_orders() {
  while (running_.size() < kRunningMax) {
    Order order;
    {
      std::lock_guard const lock(mutex_);
      if (orders_.empty()) return;
      order = std::move(orders_.front());
      orders_.pop_front();
    }
    int const pid = start(order.owner, order.command);
    int const pidfd = pid > 0 ? open_pidfd(pid) : -1;
    if (pidfd < 0) {
      loop_.post([done = std::move(order.done)] { done(false); });
    } else {
      running_.push_back({pid, pidfd, std::move(order.done)});
    }
  }
}

void CommandRunner::wait_for_one() {
  std::vector<pollfd> waits;
  for (auto const& running : running_) waits.push_back({running.pidfd, POLLIN, 0});
  waits.push_back({wake_fd_, POLLIN, 0});
  if (::poll(waits.data(), waits.size(), -1) < 0) return;
  eventfd_t count = 0;
  static_cast<void>(::eventfd_read(wake_fd_, &count));
  for (auto index = running_.size(); index-- > 0;) {
    if (waits[index].revents != 0) reap(index);
  }
}

void CommandRunner::reap(std::size_t index) {
  auto ended = std::move(running_[index]);
  running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(index));
  int status = 0;
  bool const known = ::waitpid(ended.pid, &status, 0) == ended.pid;
  ::close(ended.pidfd);
  bool const good = known && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  loop_.post([done = std::move(ended.done), good] { done(good); });
}

}  // namespace freshet
