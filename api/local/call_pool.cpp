#include "api/local/call_pool.h"

#include <utility>

#include "engine/base/assert.h"

namespace freshet::local {

CallPool::~CallPool() {
  FRESHET_ASSERT(threads_.empty());
}

bool CallPool::run(std::uint32_t user, std::function<void()> call) {
  std::lock_guard const lock(mutex_);
  auto& entry = users_[user];
  bool const full = waiting_ >= limits_.waiting_max ||
                    entry.waiting.size() >= limits_.waiting_per_user_max || stopping_;
  if (full) {
    if (entry.waiting.empty() && entry.running == 0) users_.erase(user);
    return false;
  }
  entry.waiting.push_back(std::move(call));
  ++waiting_;
  if (idle_ < waiting_ && threads_.size() < limits_.running_max) {
    threads_.emplace_back([this] { work(); });
  }
  wake_.notify_one();
  return true;
}

CallPool::User* CallPool::next(std::uint32_t& id) {
  auto at = users_.upper_bound(last_);
  for (std::size_t i = 0; i < users_.size(); ++i, ++at) {
    if (at == users_.end()) at = users_.begin();
    auto& user = at->second;
    if (user.waiting.empty() || user.running >= limits_.running_per_user_max) continue;
    id = last_ = at->first;
    return &user;
  }
  return nullptr;
}

void CallPool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    std::uint32_t id = 0;
    User* user = nullptr;
    ++idle_;
    wake_.wait(lock, [&] { return stopping_ || (user = next(id)) != nullptr; });
    --idle_;
    if (stopping_) return;
    auto call = std::move(user->waiting.front());
    user->waiting.pop_front();
    --waiting_;
    ++user->running;
    lock.unlock();
    call();
    call = nullptr;  // What it held must not end under the lock.
    lock.lock();
    --user->running;  // Nobody else removes a user who runs something.
    if (user->running == 0 && user->waiting.empty()) users_.erase(id);
    // One who had too much running may have his turn now.
    if (waiting_ > 0) wake_.notify_one();
  }
}

void CallPool::stop() {
  std::vector<std::thread> threads;
  std::map<std::uint32_t, User> dropped;
  {
    std::lock_guard const lock(mutex_);
    stopping_ = true;
    for (auto& [id, user] : users_) dropped[id].waiting.swap(user.waiting);
    waiting_ = 0;
    threads.swap(threads_);
  }
  wake_.notify_all();
  for (auto& thread : threads) thread.join();
}

std::size_t CallPool::waiting() const {
  std::lock_guard const lock(mutex_);
  return waiting_;
}

}  // namespace freshet::local
