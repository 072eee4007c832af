#include "api/cli/wakeups.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

namespace freshet::cli {

namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (int const signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
  return set;
}

}  // namespace

Wakeups::Wakeups() {
  auto const set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signals_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  ready_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

Wakeups::~Wakeups() {
  ::close(signals_);
  ::close(ready_);
}

void Wakeups::push(JobEvent event) {
  {
    std::lock_guard const lock(mutex_);
    auto const stale = [&](JobEvent const& other) {
      return other.kind == JobEvent::Kind::progress && other.job.id == event.job.id;
    };
    if (event.kind == JobEvent::Kind::progress) std::erase_if(events_, stale);
    events_.push_back(std::move(event));
  }
  std::uint64_t const one = 1;
  static_cast<void>(!::write(ready_, &one, sizeof one));
}

std::optional<JobEvent> Wakeups::pop() {
  std::lock_guard const lock(mutex_);
  if (events_.empty()) return std::nullopt;
  auto event = std::move(events_.front());
  events_.pop_front();
  return event;
}

Wakeups::Next Wakeups::next(std::chrono::milliseconds timeout) {
  std::array waiting{pollfd{signals_, POLLIN, 0}, pollfd{ready_, POLLIN, 0}};
  if (auto event = pop()) return {0, std::move(event)};
  if (::poll(waiting.data(), waiting.size(), static_cast<int>(timeout.count())) <= 0) return {};
  signalfd_siginfo signal{};
  if (::read(signals_, &signal, sizeof signal) == sizeof signal) {
    return {static_cast<int>(signal.ssi_signo), {}};
  }
  std::uint64_t count = 0;
  static_cast<void>(!::read(ready_, &count, sizeof count));
  return {0, pop()};
}

void Wakeups::stop_catching() {
  auto const set = stop_signals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace freshet::cli
