// Listeners of a connected client, and what they are told: every event of the daemon, and over its
// restarts what a look at all jobs shows to have happened meanwhile.
//
// `watch` from any thread. Listeners are called on the stream thread. Shared with the handles of
// listeners, which hold it weakly; the back end ends it, after the thread has stopped.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include "api/client/job_listeners.h"
#include "api/remote/daemon_calls.h"
#include "api/remote/stream_thread.h"

namespace freshet::remote {

class EventFeed : public std::enable_shared_from_this<EventFeed> {
 public:
  EventFeed(std::shared_ptr<StreamThread> thread, DaemonCalls& calls);

  // What happens after this returned is told; a daemon that is away is waited for, `call_timeout`
  // at most.
  [[nodiscard]] std::shared_ptr<void> watch(Client::Listener listener);

 private:
  // As far as listeners know.
  struct Known {
    JobInfo job;
    std::set<std::uint32_t> files;  // Told as transferred.
  };
  enum class Phase : std::uint8_t { begin, snapshot, live };

  [[nodiscard]] std::string request() const;
  void on_event(SseEvent const& event);
  void on_ready(SseEvent const& event);
  void on_end();
  void live();

  void change(JobEvent const& event);
  void compare(JobInfo const& job);
  void compare_files(Known& known, JobInfo const& job);
  void forget_absent();
  void tell(JobEvent const& event) { listeners_.tell(event); }
  void remove(std::uint64_t listener);

  std::shared_ptr<StreamThread> thread_;  // Stopped by the back end; handles may see it later.
  DaemonCalls& calls_;
  StreamLink link_;
  // The thread's own.
  Phase phase_ = Phase::begin;
  std::string last_id_;
  std::map<JobId, Known> known_;
  bool knows_ = false;       // A snapshot was seen since the first listener came.
  std::set<JobId> present_;  // In the snapshot that is coming.

  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_live_ = false;
  JobListeners listeners_;
};

}  // namespace freshet::remote
