// Threads for calls that wait, shared fairly between users.
//
// Users take turns, so that one who asks a lot only waits longer himself; threads start when they
// are needed. Any thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace freshet::local {

class CallPool {
 public:
  struct Limits {
    std::size_t running_max = 1;
    std::size_t running_per_user_max = 1;
    std::size_t waiting_max = 1;
    std::size_t waiting_per_user_max = 1;
  };
  explicit CallPool(Limits limits) : limits_(limits) {}
  ~CallPool();  // Asserts that `stop` ran.
  CallPool(CallPool const&) = delete;
  CallPool& operator=(CallPool const&) = delete;

  // False: too many wait already.
  [[nodiscard]] bool run(std::uint32_t user, std::function<void()> call);
  // Drops what waits and stays until what runs has ended.
  void stop();

  [[nodiscard]] std::size_t waiting() const;

 private:
  struct User {
    std::deque<std::function<void()>> waiting;
    std::size_t running = 0;
  };

  void work();
  // The next user whose turn it is; null: nobody may run now.
  [[nodiscard]] User* next(std::uint32_t& id);

  Limits const limits_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::uint32_t, User> users_;  // With something to do.
  std::uint32_t last_ = 0;               // Who had the last turn.
  std::size_t waiting_ = 0;
  std::size_t idle_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace freshet::local
