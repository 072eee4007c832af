// One download (IDO*): its properties, its state, and the job of the engine that fetches what the
// last Start asked for.
//
// Any thread; calls wait for the engine. `on_event` runs on the engine's loop and only wakes. The
// Host keeps it until it is finalized or aborted.
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>

#include "api/com/courier.h"
#include "api/com/download_properties.h"
#include "api/com/host.h"
#include "api/com/sink_pump.h"
#include "freshet/com/do_interfaces.h"

namespace freshet::com {

class DownloadCore final : public Errand, public std::enable_shared_from_this<DownloadCore> {
 public:
  explicit DownloadCore(std::shared_ptr<Host> host);
  // One that an earlier process left.
  DownloadCore(std::shared_ptr<Host> host, JobInfo const& job);

  [[nodiscard]] HRESULT start(std::vector<ByteRange> ranges);
  [[nodiscard]] HRESULT pause();
  [[nodiscard]] HRESULT abort();
  [[nodiscard]] HRESULT finalize();
  [[nodiscard]] DO_DOWNLOAD_STATUS status();
  [[nodiscard]] HRESULT get(DODownloadProperty id, VARIANT* value);
  [[nodiscard]] HRESULT set(DODownloadProperty id, VARIANT const& value);
  [[nodiscard]] std::string text(DODownloadProperty id) const;

  void on_event(JobEvent const& event);
  // There is no engine any more: who waits is let go.
  void stop();
  void run() override;

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] HRESULT begin(std::vector<ByteRange> ranges);
  [[nodiscard]] HRESULT go_on();
  [[nodiscard]] HRESULT abort_now();
  [[nodiscard]] HRESULT make_file(std::vector<ByteRange> ranges, FileSpec& file);
  [[nodiscard]] JobSpec job_spec() const;
  void wait_until_settled();
  void end_pump();
  // Without a lock: its thread may call us.
  void wait_for_ended_pump();

  // What the job's state means for the download.
  void advance();
  void failed(JobInfo const& info);
  void waits(JobInfo const& info);
  // Whether it failed as its piece hash file, which is mandatory, cannot be had.
  [[nodiscard]] bool lacks_check_info(JobInfo const& info);
  void finish(JobInfo const& info);
  [[nodiscard]] HRESULT hand_over(JobInfo const& info);
  // Begins to fill the stream, once it is known to be what was expected. What that says, or how the
  // stream failed.
  [[nodiscard]] HRESULT feed_stream(JobInfo const& info);
  void give_up(JobInfo const& info, HRESULT why);
  // What the server answered goes among the properties.
  void note_answer();
  void move(DODownloadState state, HRESULT error = S_OK, HRESULT extended = S_OK);
  void tell();
  [[nodiscard]] bool telling_due(DO_DOWNLOAD_STATUS const& now);

  std::shared_ptr<Host> host_;
  // Held over calls to the engine, never on its loop.
  std::mutex calls_;
  std::optional<JobId> job_;
  std::string path_;                      // Where the job's file goes.
  bool made_file_ = false;                // Nothing was at LocalPath before.
  bool asked_who_ = false;                // The answers to a challenge are sent already.
  std::string uri_;                       // Of the job.
  std::shared_ptr<SinkPump> pump_;        // Of the job, when it goes to a stream;
  std::shared_ptr<SinkPump> ended_pump_;  // of an earlier one.
  bool size_right_ = false;               // It is as long as was expected.

  mutable std::mutex mutex_;
  std::condition_variable settled_;
  DownloadProperties properties_;
  DO_DOWNLOAD_STATUS status_{};
  std::optional<JobId> watched_;  // `job_`, for the loop.
  std::uint32_t starts_ = 0;

  // Of `run` alone.
  std::optional<DO_DOWNLOAD_STATUS> told_;
  std::uint32_t told_starts_ = 0;
  Clock::time_point told_at_{};
};

}  // namespace freshet::com
