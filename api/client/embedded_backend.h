// A client's calls on an engine in this process, perhaps shared with other callers.
//
// Any thread but the loop, on which nothing here may wait.
#pragma once

#include <future>
#include <memory>
#include <utility>

#include "api/client/backend.h"
#include "api/client/embedded_engine.h"
#include "engine/base/assert.h"

namespace freshet {

class EmbeddedBackend final : public ClientMaker::Backend {
 public:
  EmbeddedBackend(std::shared_ptr<EmbeddedEngine> engine, Caller caller)
      : engine_(std::move(engine)), caller_(caller) {}

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
  [[nodiscard]] Result<EngineCounters> counters() const override;
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

  [[nodiscard]] EmbeddedEngine& engine() { return *engine_; }

 private:
  // Runs `call` on the loop with a function that takes the answer, and waits for it.
  template <typename T, typename Call>
  T ask(Call call) const {
    FRESHET_ASSERT(!engine_->loop().in_loop());
    // Shared: the caller may be gone before `set_value` has returned.
    auto const promise = std::make_shared<std::promise<T>>();
    auto future = promise->get_future();
    engine_->loop().post(
        [&call, promise] { call([promise](T answer) { promise->set_value(std::move(answer)); }); });
    return future.get();
  }
  template <typename T, typename Look>
  T look(Look look) const {
    return ask<T>([&](auto const& answer) { answer(look()); });
  }
  [[nodiscard]] JobBook& book() const { return engine_->book(); }

  std::shared_ptr<EmbeddedEngine> engine_;  // The last client that shares it ends it.
  Caller caller_;
};

// The engine of a client that was opened, not connected. As long as the client lives.
[[nodiscard]] inline EmbeddedEngine& engine_of(Client& client) {
  return static_cast<EmbeddedBackend&>(ClientMaker::of(client)).engine();
}

}  // namespace freshet
