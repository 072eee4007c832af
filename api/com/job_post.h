// Brings the notices of one job to the callback that its application registered.
//
// `take` runs on the engine's loop, `run` on threads of the courier, where the callback may call
// the job. One notice is under way at a time; `modification` is kept at most once.
#pragma once

#include <chrono>
#include <optional>

#include "api/com/courier.h"
#include "api/com/job_core.h"
#include "api/com/object.h"
#include "freshet/com/copy_job.h"

namespace freshet::com {

class JobPost final : public Errand, public std::enable_shared_from_this<JobPost> {
 public:
  JobPost(std::shared_ptr<JobCore> core, Ref<IUnknown> callback)
      : core_(std::move(core)), callback_(std::move(callback)) {}

  // Told from now on. invalid_state, access_denied, stopped.
  [[nodiscard]] static Result<void> start(std::shared_ptr<JobPost> const& post);
  [[nodiscard]] Ref<IUnknown> callback() const { return callback_; }
  // Ranges that were asked for are there.
  void take_ranges(std::uint32_t file, std::vector<ByteRange> ranges);
  // Nobody is told any more.
  void end();

  void run() override;

 private:
  struct Due {
    Notice notice;
    Client::Accept accept;
  };
  void take(Notice const& notice, Client::Accept accept);
  [[nodiscard]] bool tell(Notice const& notice);
  void tell_ranges(std::uint32_t file, std::vector<ByteRange> const& ranges);
  void tell_modification(Notice const& notice);
  [[nodiscard]] HRESULT tell_error(IBackgroundCopyJob& job);
  [[nodiscard]] HRESULT tell_file(IBackgroundCopyJob& job, Notice const& notice);

  std::shared_ptr<JobCore> core_;
  Ref<IUnknown> callback_;
  std::mutex mutex_;
  std::optional<Due> due_;
  std::optional<Notice> modification_;
  std::map<std::uint32_t, std::vector<ByteRange>>
      ranges_;  // By file; bounded by what was asked for.
  bool ended_ = false;
  std::chrono::steady_clock::time_point modification_due_{};  // Of `run` alone.
};

}  // namespace freshet::com
