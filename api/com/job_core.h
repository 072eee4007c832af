// One job as all objects of this process see it: calls to the engine, and its last state when the
// engine has forgotten it.
//
// Any thread. Shared by the objects that are about the job; the Host knows it weakly.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "api/com/app_data.h"
#include "api/com/host.h"
#include "freshet/com/unknown.h"

namespace freshet::com {

class PendingFile;

// Writes all of the file to the stream; its failure, or STG_E_MEDIUMFULL when it takes no more.
[[nodiscard]] HRESULT fill_stream(IStream& stream, std::string const& path);

class JobCore : public std::enable_shared_from_this<JobCore> {
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
  // DO_E_FILE_DOWNLOADSINK_UNSPECIFIED, or why the engine refuses them.
  [[nodiscard]] HRESULT add_pending_to_engine();
  // After Complete: gives each stream its bytes. The first failure of a stream.
  [[nodiscard]] HRESULT fill_streams();

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

  std::shared_ptr<Host> host_;
  JobId id_;
  Family family_;
  std::mutex changing_;  // Held over the calls of a change.
  mutable std::mutex mutex_;
  std::optional<JobState> end_;
  std::optional<JobInfo> last_;
  std::vector<FileInfo> last_files_;
  std::vector<std::shared_ptr<PendingFile>> pending_;
  std::vector<std::shared_ptr<PendingFile>> streams_;  // Added, with a stream to be filled.
};

}  // namespace freshet::com
