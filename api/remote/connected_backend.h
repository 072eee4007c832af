// A client's calls on a daemon.
//
// Any thread but the stream thread, whose calls to listeners and handlers must not wait. What is
// the caller's own to look at is done here: paths, manifests, placing.
#pragma once

#include <memory>

#include "api/client/backend.h"
#include "api/remote/daemon_calls.h"
#include "api/remote/event_feed.h"
#include "api/remote/notice_desk.h"
#include "api/remote/stream_thread.h"

namespace freshet::remote {

// What clients of the same connection share; the last of them ends it.
class Connection {
 public:
  explicit Connection(ConnectOptions options);
  ~Connection();
  Connection(Connection const&) = delete;
  Connection& operator=(Connection const&) = delete;

  DaemonCalls calls;
  std::shared_ptr<StreamThread> thread = std::make_shared<StreamThread>();
  // Shared: handles and answers of applications hold them weakly.
  std::shared_ptr<EventFeed> events = std::make_shared<EventFeed>(thread, calls);
  std::shared_ptr<NoticeDesk> notices = std::make_shared<NoticeDesk>(thread, calls);
};

class ConnectedBackend final : public ClientMaker::Backend {
 public:
  explicit ConnectedBackend(std::shared_ptr<Connection> connection, bool refused = false)
      : connection_(std::move(connection)), refused_(refused) {}

  [[nodiscard]] std::unique_ptr<Backend> as(Caller caller) const override;

  Result<JobId> create(JobSpec spec, std::vector<FileSpec> files, bool start,
                       std::optional<JobId> id) override;
  Result<void> add_files(JobId job, std::vector<FileSpec> files) override;
  Result<void> resume(JobId job) override;
  Result<void> suspend(JobId job) override;
  Result<void> cancel(JobId job) override;
  Result<Completion> complete(JobId job) override;
  Result<void> place_into(JobId job, std::uint32_t file, int descriptor) override;
  Result<Completion> complete_placed(JobId job, std::vector<std::uint32_t> placed) override;
  Result<void> prefer(JobId job, std::uint32_t file, std::vector<ByteRange> ranges) override;
  Result<void> configure(JobId job, JobSpec spec) override;
  [[nodiscard]] Result<ReadBytes> read(JobId job, std::uint32_t file, Bytes begin,
                                       std::span<std::byte> into) const override;

  Result<void> set_urls(JobId job, std::uint32_t file, std::vector<std::string> urls) override;
  Result<void> change_file(JobId job, std::uint32_t file, FileChange change) override;
  Result<std::uint32_t> replace_prefix(JobId job, std::string const& from,
                                       std::string const& to) override;
  Result<void> validate(JobId job, std::uint32_t file, bool right) override;
  Result<void> take_ownership(JobId job) override;
  Result<void> notify(JobId job, Client::NoticeHandler handler) override;

  [[nodiscard]] Result<JobInfo> job(JobId job) const override;
  [[nodiscard]] Result<std::vector<JobInfo>> jobs() const override;
  [[nodiscard]] Result<std::vector<JobInfo>> all_jobs() const override;
  [[nodiscard]] Result<JobPage> page(JobPageWish const& wish) const override;
  [[nodiscard]] Result<ErrorReport> error(JobId job) const override;
  [[nodiscard]] Result<std::vector<FileInfo>> files(JobId job) const override;
  [[nodiscard]] Result<FilePieces> pieces(JobId job, std::uint32_t file) const override;
  [[nodiscard]] Result<HttpAnswer> answer(JobId job, std::uint32_t file) const override;
  [[nodiscard]] Result<std::string> why(JobId job) const override;

  [[nodiscard]] Result<JobInfo> wait(JobId job, std::optional<Duration> timeout) const override;
  [[nodiscard]] std::shared_ptr<void> watch(Client::Listener listener) const override;

  Result<void> set_download_limit(BytesPerSecond limit) override;
  Result<void> set_conditions(Conditions conditions) override;

  [[nodiscard]] Result<std::vector<ContentInfo>> contents() const override;
  Result<Bytes> verify(ContentId content) override;
  Result<void> share(ContentId content, std::optional<Duration> for_a_while) override;
  Result<void> unshare(ContentId content) override;
  Result<void> pin(ContentId content, std::optional<WallTime> until) override;
  Result<Bytes> purge(ContentId content) override;
  [[nodiscard]] Result<std::vector<PeerStatus>> peers() const override;
  [[nodiscard]] Result<std::vector<PeerBan>> bans() const override;
  [[nodiscard]] Result<std::uint16_t> peer_port() const override;

  [[nodiscard]] Result<std::vector<PolicyEntry>> policies() const override;
  [[nodiscard]] Result<PolicyVerdict> verdict() const override;
  Result<void> reload_policies() override;
  [[nodiscard]] Result<std::vector<FileStatus>> status() const override;
  [[nodiscard]] Result<PerfSnapshot> perf(bool month) const override;
  [[nodiscard]] Result<std::string> page_url() const override;

 private:
  [[nodiscard]] Reply call(Request const& request) const;
  template <typename T>
  [[nodiscard]] Result<T> ask(Request const& request) const;
  [[nodiscard]] Result<std::vector<JobInfo>> all_pages(bool all) const;
  [[nodiscard]] Result<void> act(JobId job, std::string_view what) const;
  [[nodiscard]] bool has_at_its_end(JobId job, std::vector<FileSpec> const& files) const;

  std::shared_ptr<Connection> connection_;
  bool refused_ = false;  // Every call: it is for another caller than this process.
};

}  // namespace freshet::remote
