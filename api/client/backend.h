// What a client's calls go to: an engine in this process, or a daemon.
//
// One for each client and caller; any thread but that of callbacks. Calls mean what
// `freshet/client.h` says of them.
#pragma once

#include <memory>
#include <utility>

#include "engine/job/job_page.h"
#include "freshet/client.h"
#include "freshet/counters.h"

namespace freshet {

class Client::Backend {
 public:
  virtual ~Backend() = default;

  [[nodiscard]] virtual std::unique_ptr<Backend> as(Caller caller) const = 0;

  // `start`: resumed in the same write. `id`: chosen by the caller; of one id there is one job,
  // however often it is created.
  virtual Result<JobId> create(JobSpec spec, std::vector<FileSpec> files, bool start,
                               std::optional<JobId> id) = 0;
  virtual Result<void> add_files(JobId job, std::vector<FileSpec> files) = 0;
  virtual Result<void> resume(JobId job) = 0;
  virtual Result<void> suspend(JobId job) = 0;
  virtual Result<void> cancel(JobId job) = 0;
  virtual Result<Completion> complete(JobId job) = 0;
  virtual Result<void> place_into(JobId job, std::uint32_t file, int descriptor) = 0;
  virtual Result<Completion> complete_placed(JobId job, std::vector<std::uint32_t> placed) = 0;
  virtual Result<void> prefer(JobId job, std::uint32_t file, std::vector<ByteRange> ranges) = 0;
  virtual Result<void> configure(JobId job, JobSpec spec) = 0;
  [[nodiscard]] virtual Result<ReadBytes> read(JobId job, std::uint32_t file, Bytes begin,
                                               std::span<std::byte> into) const = 0;

  virtual Result<void> set_urls(JobId job, std::uint32_t file, std::vector<std::string> urls) = 0;
  virtual Result<void> change_file(JobId job, std::uint32_t file, FileChange change) = 0;
  virtual Result<std::uint32_t> replace_prefix(JobId job, std::string const& from,
                                               std::string const& to) = 0;
  virtual Result<void> validate(JobId job, std::uint32_t file, bool right) = 0;
  virtual Result<void> take_ownership(JobId job) = 0;
  virtual Result<void> notify(JobId job, NoticeHandler handler) = 0;

  [[nodiscard]] virtual Result<JobInfo> job(JobId job) const = 0;
  [[nodiscard]] virtual Result<std::vector<JobInfo>> jobs() const = 0;
  [[nodiscard]] virtual Result<std::vector<JobInfo>> all_jobs() const = 0;
  [[nodiscard]] virtual Result<JobPage> page(JobPageWish const& wish) const = 0;
  [[nodiscard]] virtual Result<ErrorReport> error(JobId job) const = 0;
  [[nodiscard]] virtual Result<std::vector<FileInfo>> files(JobId job) const = 0;
  [[nodiscard]] virtual Result<FilePieces> pieces(JobId job, std::uint32_t file) const = 0;
  [[nodiscard]] virtual Result<HttpAnswer> answer(JobId job, std::uint32_t file) const = 0;
  [[nodiscard]] virtual Result<std::string> why(JobId job) const = 0;
  // not_supported but where the engine is.
  [[nodiscard]] virtual Result<EngineCounters> counters() const {
    return fail(Errc::not_supported, "counters", "the daemon tells them at /metrics");
  }

  [[nodiscard]] virtual Result<JobInfo> wait(JobId job, std::optional<Duration> timeout) const = 0;
  [[nodiscard]] virtual std::shared_ptr<void> watch(Listener listener) const = 0;

  virtual Result<void> set_download_limit(BytesPerSecond limit) = 0;
  virtual Result<void> set_conditions(Conditions conditions) = 0;

  [[nodiscard]] virtual Result<std::vector<ContentInfo>> contents() const = 0;
  virtual Result<Bytes> verify(ContentId content) = 0;
  virtual Result<void> share(ContentId content, std::optional<Duration> for_a_while) = 0;
  virtual Result<void> unshare(ContentId content) = 0;
  virtual Result<void> pin(ContentId content, std::optional<WallTime> until) = 0;
  virtual Result<Bytes> purge(ContentId content) = 0;
  [[nodiscard]] virtual Result<std::vector<PeerStatus>> peers() const = 0;
  [[nodiscard]] virtual Result<std::vector<PeerBan>> bans() const = 0;
  [[nodiscard]] virtual Result<std::uint16_t> peer_port() const = 0;

  [[nodiscard]] virtual Result<std::vector<PolicyEntry>> policies() const = 0;
  [[nodiscard]] virtual Result<PolicyVerdict> verdict() const = 0;
  virtual Result<void> reload_policies() = 0;
  [[nodiscard]] virtual Result<std::vector<FileStatus>> status() const = 0;
  // Of this calendar month, or since the engine was opened.
  [[nodiscard]] virtual Result<PerfSnapshot> perf(bool month) const = 0;
  [[nodiscard]] virtual Result<std::string> page_url() const = 0;
};

// Makes clients of back ends, and shows those of clients to who composes them.
class ClientMaker {
 public:
  using Backend = Client::Backend;
  [[nodiscard]] static Client make(std::unique_ptr<Backend> backend) {
    return Client(std::move(backend));
  }
  [[nodiscard]] static Backend& of(Client& client) { return *client.backend_; }
};

}  // namespace freshet
