// Handlers of a connected client: attached to jobs through one stream of notices, again after each
// restart of the daemon, which tells anew what was not accepted.
//
// `set` from any thread; handlers are called on the stream thread. Shared with answers that
// applications hold, which hold it weakly; the back end ends it, after the thread has stopped.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "api/remote/daemon_calls.h"
#include "api/remote/stream_thread.h"

namespace freshet::remote {

class NoticeDesk : public std::enable_shared_from_this<NoticeDesk> {
 public:
  NoticeDesk(std::shared_ptr<StreamThread> thread, DaemonCalls& calls);

  // Replaces the job's handler; an empty one ends it.
  [[nodiscard]] Result<void> set(JobId job, Client::NoticeHandler handler);
  // The job has ended. Any thread; does not wait.
  void forget(JobId job);

 private:
  [[nodiscard]] Result<std::string> stream();
  [[nodiscard]] Result<void> attach(std::string const& stream, JobId job,
                                    std::optional<Duration> patience = {});
  void drop(JobId job);

  void on_event(SseEvent const& event);
  void on_ready(SseEvent const& event);
  void on_notice(SseEvent const& event);
  void on_end();
  void answer(std::string const& stream, std::uint64_t notice, bool accepted);

  std::shared_ptr<StreamThread> thread_;  // Stopped by the back end; handles may see it later.
  DaemonCalls& calls_;
  StreamLink link_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::string stream_;  // Empty: there is none now.
  std::map<JobId, Client::NoticeHandler> handlers_;
};

}  // namespace freshet::remote
