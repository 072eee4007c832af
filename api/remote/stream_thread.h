// "The loop" of a connected client: reads the streams of the daemon and calls listeners and
// handlers, one after the other. While one of them works nothing more is read.
//
// `post` and `in_thread` from any thread; `stop` from any other, once. Links are added before the
// first `post` and outlive the thread.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "api/remote/stream_link.h"

namespace freshet::remote {

class StreamThread {
 public:
  StreamThread();
  ~StreamThread();  // Asserts that `stop` ran.
  StreamThread(StreamThread const&) = delete;
  StreamThread& operator=(StreamThread const&) = delete;

  void add(StreamLink& link) { links_.push_back(&link); }

  // Runs `task` on the thread, which starts with the first. False after `stop`.
  bool post(std::function<void()> task);
  // The same, and waits; at once when this is the thread. False after `stop`.
  bool run(std::function<void()> const& task);
  [[nodiscard]] bool in_thread() const { return std::this_thread::get_id() == runs_on_.load(); }
  void stop();

 private:
  void work();
  [[nodiscard]] bool take_tasks();
  void wait();
  void wake() const;

  std::vector<StreamLink*> links_;
  int wake_fd_;
  std::mutex mutex_;
  std::vector<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::atomic<std::thread::id> runs_on_;
  std::thread thread_;
};

}  // namespace freshet::remote
