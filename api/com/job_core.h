// One job as all objects of this process see it: calls to the engine, and its last state when the
// engine has forgotten it.
//
// Any thread. Shared by the objects that are about the job; the Host knows it weakly.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "api/com/app_data.h"
#include "api/com/host.h"
#include "freshet/com/unknown.h"

namespace freshet::com {

class PendingFile;

class JobCore final : public Errand, public std::enable_shared_from_this<JobCore> {
 public:
  JobCore(std::shared_ptr<Host> host, JobId id, Family family)
      : host_(std::move(host)), id_(id), family_(family) {}

  [[nodiscard]] Host& host() const { return *host_; }
  [[nodiscard]] std::shared_ptr<Host> const& shared_host() const { return host_; }
  [[nodiscard]] JobId id() const { return id_; }
  [[nodiscard]] Family family() const { return family_; }
  template <typename T>
  [[nodiscard]] HRESULT hresult(Result<T> const& result) const {
    return to_hresult(result, family_);
  }

  // What is known now, or was when it ended.
  [[nodiscard]] Result<JobInfo> info();
  [[nodiscard]] Result<std::vector<FileInfo>> files();
  [[nodiscard]] Result<FileInfo> file(std::uint32_t index);

  // A call to the engine; `stopped` without one, `invalid_state` when the job has ended.
  template <typename T>
  [[nodiscard]] Result<T> ask(std::function<Result<T>(Client&)> const& call) const {
    auto const client = host_->client();
    if (!client) return no_service();
    return still_there(call(*client));
  }
  // Reads the job's settings, changes them and writes them back, one caller after the other.
  using Edit = std::function<Result<void>(JobInfo const& info, JobSpec& spec, AppData& data)>;
  [[nodiscard]] Result<void> change(Edit const& edit);

  [[nodiscard]] Result<Completion> complete();
  [[nodiscard]] Result<void> cancel();
  // The engine has forgotten it.
  void ended(JobInfo const& last);

  // Files without a sink: the engine hears of them with the next Resume.
  void add_pending(std::shared_ptr<PendingFile> file);
  [[nodiscard]] std::vector<std::shared_ptr<PendingFile>> pending() const;
  [[nodiscard]] bool streams_to(std::uint32_t file) const;
  // DO_E_FILE_DOWNLOADSINK_UNSPECIFIED, DO_E_INTEGRITYCHECKINFO_UNSPECIFIED of any file, or why the
  // engine refuses them.
  [[nodiscard]] HRESULT add_pending_to_engine();
  // Before Complete: waits until the streams of transferred files have all bytes. The first failure
  // of a stream.
  [[nodiscard]] HRESULT finish_streams();
  // After it: what was placed for streams alone goes.
  void drop_stream_files();

  // What is to be fetched of a file before all else. The job is suspended when ranges that were
  // asked for are all there, and the file is not.
  // One of a job on demand is resumed for them.
  [[nodiscard]] HRESULT request_ranges(std::uint32_t file, std::vector<ByteRange> ranges);
  [[nodiscard]] HRESULT prefer_from(std::uint32_t file, Bytes position);
  // Ranges that were asked for and are not there yet.
  [[nodiscard]] bool has_requests() const;
  // What of a file's content is there, in order.
  [[nodiscard]] std::vector<ByteRange> filled(std::uint32_t file);
  // Something happened to the job. On the engine's loop.
  void on_event();
  void run() override;

 private:
  [[nodiscard]] static tl::unexpected<Error> no_service();
  template <typename T>
  [[nodiscard]] Result<T> still_there(Result<T> result) const {
    if (!result && result.error().code == Errc::job_not_found) {
      return fail(Errc::invalid_state, "job " + to_string(id_), "has ended");
    }
    return result;
  }
  void end_as(JobState state);
  struct Request {
    std::vector<ByteRange> ranges;  // In the order in which they were asked for.
    std::optional<Bytes> position;
    [[nodiscard]] std::vector<ByteRange> all() const;
  };
  [[nodiscard]] HRESULT prefer(std::uint32_t file, Request const& request);

  std::shared_ptr<Host> host_;
  JobId id_;
  Family family_;
  std::mutex changing_;  // Held over the calls of a change.
  mutable std::mutex mutex_;
  std::optional<JobState> end_;
  std::optional<JobInfo> last_;
  std::vector<FileInfo> last_files_;
  std::vector<std::shared_ptr<PendingFile>> pending_;
  std::vector<std::shared_ptr<PendingFile>> streams_;       // Added, with a stream.
  std::map<std::uint32_t, Request> requests_;               // By file,
  std::map<std::uint32_t, std::vector<ByteRange>> filled_;  // as last seen.
};

}  // namespace freshet::com
