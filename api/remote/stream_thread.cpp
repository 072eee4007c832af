#include "api/remote/stream_thread.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <future>

#include "engine/base/assert.h"

namespace freshet::remote {

StreamThread::StreamThread() : wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

StreamThread::~StreamThread() {
  FRESHET_ASSERT(stopping_ && !thread_.joinable());
  ::close(wake_fd_);
}

void StreamThread::wake() const {
  std::uint64_t const one = 1;
  static_cast<void>(!::write(wake_fd_, &one, sizeof one));
}

bool StreamThread::post(std::function<void()> task) {
  std::lock_guard const lock(mutex_);
  if (stopping_) return false;
  tasks_.push_back(std::move(task));
  if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
  wake();
  return true;
}

bool StreamThread::run(std::function<void()> const& task) {
  if (in_thread()) {
    task();
    return true;
  }
  auto const done = std::make_shared<std::promise<bool>>();
  auto future = done->get_future();
  bool const posted = post([&task, done] {
    task();
    done->set_value(true);
  });
  return posted && future.get();
}

void StreamThread::stop() {
  {
    std::lock_guard const lock(mutex_);
    stopping_ = true;
    wake();
  }
  if (thread_.joinable()) thread_.join();
}

void StreamThread::work() {
  runs_on_ = std::this_thread::get_id();
  // What was posted before the stop is still run: somebody may wait for it.
  while (take_tasks()) wait();
}

bool StreamThread::take_tasks() {
  std::vector<std::function<void()>> tasks;
  bool last = false;
  {
    std::lock_guard const lock(mutex_);
    tasks.swap(tasks_);
    last = stopping_;
  }
  for (auto const& task : tasks) task();
  return !last;
}

void StreamThread::wait() {
  using std::chrono::steady_clock;
  std::vector<pollfd> waiting{{wake_fd_, POLLIN, 0}};
  auto until = steady_clock::now() + std::chrono::hours{1};
  for (auto const* link : links_) {
    waiting.push_back({link->descriptor(), POLLIN, 0});  // One of -1 is passed over.
    until = std::min(until, link->due().value_or(until));
  }
  auto const left =
      std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now()).count();
  ::poll(waiting.data(), waiting.size(), static_cast<int>(std::max<std::int64_t>(left, 0)));
  std::uint64_t count = 0;
  static_cast<void>(!::read(wake_fd_, &count, sizeof count));
  for (std::size_t i = 0; i < links_.size(); ++i) links_[i]->look(waiting[i + 1].revents != 0);
}

}  // namespace freshet::remote
