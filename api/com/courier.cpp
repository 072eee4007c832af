#include "api/com/courier.h"

#include <algorithm>
#include <utility>

namespace freshet::com {

Courier::~Courier() {
  stop();
}

void Courier::wake(std::shared_ptr<Errand> errand) {
  std::lock_guard const lock(mutex_);
  if (stopping_) return;
  if (errand->phase_ != Errand::Phase::idle) {
    if (errand->phase_ == Errand::Phase::running) errand->phase_ = Errand::Phase::running_again;
    return;
  }
  errand->phase_ = Errand::Phase::queued;
  queue_.push_back(std::move(errand));
  if (idle_ < queue_.size() && threads_.size() < kThreadsMax) {
    threads_.emplace_back([this] { work(); });
  }
  woken_.notify_one();
}

bool Courier::start(std::function<void()> work, std::function<void()> cancel) {
  std::lock_guard const lock(mutex_);
  if (stopping_) return false;
  join_ended();
  auto ended = std::make_shared<std::atomic<bool>>(false);
  std::thread thread([work = std::move(work), ended]() mutable {
    work();
    work = {};
    *ended = true;
  });
  beside_.push_back({std::move(thread), std::move(cancel), ended});
  return true;
}

void Courier::join_ended() {
  std::erase_if(beside_, [](Beside& one) {
    bool const ended = *one.ended;
    if (ended) one.thread.join();
    return ended;
  });
}

bool Courier::on_own_thread() const {
  std::lock_guard const lock(mutex_);
  auto const self = std::this_thread::get_id();
  return std::ranges::any_of(threads_, [&](auto const& own) { return own.get_id() == self; }) ||
         std::ranges::any_of(beside_, [&](auto const& own) { return own.thread.get_id() == self; });
}

void Courier::stop() {
  std::vector<std::thread> threads;
  std::vector<Beside> beside;
  {
    std::lock_guard const lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
    beside.swap(beside_);
    woken_.notify_all();
  }
  for (auto const& one : beside) one.cancel();
  for (auto& thread : threads) thread.join();
  for (auto& one : beside) one.thread.join();
  std::deque<std::shared_ptr<Errand>> left;  // Ends after the lock: what it holds may call back.
  std::lock_guard const lock(mutex_);
  left.swap(queue_);
}

void Courier::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    woken_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    --idle_;
    if (stopping_) return;
    auto errand = std::move(queue_.front());
    queue_.pop_front();
    errand->phase_ = Errand::Phase::running;
    lock.unlock();
    errand->run();
    lock.lock();
    bool const again = errand->phase_ == Errand::Phase::running_again;
    errand->phase_ = again ? Errand::Phase::queued : Errand::Phase::idle;
    if (again) queue_.push_back(errand);
    lock.unlock();
    errand.reset();
    lock.lock();
  }
}

}  // namespace freshet::com
