// The client: what applications include. Embeds an engine in this process.
//
// Methods may be called from any thread; they post to the engine's loop and wait for its answer, so
// they must not be called from a callback. Callbacks run on the loop: be quick, and call nothing
// that waits. A client is closed by its destructor: running jobs stop where they are and go on when
// a client opens the same data directory again.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "freshet/content_id.h"
#include "freshet/error.h"
#include "freshet/job.h"
#include "freshet/job_options.h"
#include "freshet/peers.h"

#define FRESHET_EXPORT __attribute__((visibility("default")))

namespace freshet {

enum class LogSeverity : std::uint8_t { error, warn, info, debug };

struct Options {
  std::string data_dir;  // Absolute. Ledger and spool; created when absent, one client at a time.
  std::uint32_t workers = 2;        // Threads that hash and touch the disk.
  BytesPerSecond download_limit{};  // Of all jobs together; 0: none.
  std::uint32_t connections_per_source_max = 8;
  Bytes cache_bytes_max = 0;            // Of contents that no job needs; 0: keep none.
  std::uint32_t files_active_max = 16;  // Of all jobs, at the same time.
  // Whether jobs that ran when the directory was last closed go on by themselves; otherwise they
  // are queued until they are resumed.
  bool autostart = true;
  // Limits, timeouts and turns; `files_active_max` and `autostart` are those above.
  JobOptions jobs;
  // Whose signatures make a manifest trusted: public keys of minisign in base64, or absolute paths
  // of files of them. The file `trusted_keys` of the data directory is read too.
  std::vector<std::string> trusted_keys;
  bool signatures_required = false;  // Whether a manifest that none of them signed is refused.
  PeerOptions peers;                 // Off unless a mode with peers is set.
  std::function<void(LogSeverity, std::string_view line)> log;  // Any thread. Empty: silent.
};

struct ContentInfo {
  std::optional<ContentId> content;
  std::optional<Bytes> length;
  Bytes present = 0;
  bool sealed = false;
  std::string path;
  bool shared = false;  // With peers, without a job.
};

class FRESHET_EXPORT Client {
 public:
  // Errors: store_locked (another process has it), store_too_new, store_corrupt, io_error,
  // permission_denied, disk_full, path_invalid.
  // invalid_argument names an option that cannot be.
  [[nodiscard]] static Result<Client> open(Options options);

  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  ~Client();

  // Durable when they return. The directory of each file must exist and be writable.
  [[nodiscard]] Result<JobId> create(JobSpec spec, std::vector<FileSpec> files = {});
  // Create and resume in one write.
  [[nodiscard]] Result<JobId> start(JobSpec spec, std::vector<FileSpec> files);
  [[nodiscard]] Result<void> add_files(JobId job, std::vector<FileSpec> files);
  [[nodiscard]] Result<void> resume(JobId job);
  [[nodiscard]] Result<void> suspend(JobId job);
  [[nodiscard]] Result<void> cancel(JobId job);
  // Places every transferred file, drops the rest, and ends the job. On an error the job stays and
  // Complete can be repeated.
  [[nodiscard]] Result<Completion> complete(JobId job);
  // Replaces all settings of the job. What runs goes on where it is, with them.
  [[nodiscard]] Result<void> configure(JobId job, JobSpec spec);

  // Where a file comes from, from now on; what has arrived is kept if it is the same there. A file
  // that is transferred keeps its bytes.
  [[nodiscard]] Result<void> set_urls(JobId job, std::uint32_t file, std::vector<std::string> urls);
  // The beginning of every URL that has it, of files that are not transferred. How many changed.
  [[nodiscard]] Result<std::uint32_t> replace_prefix(JobId job, std::string const& from,
                                                     std::string const& to);
  // What the application says of a transferred file. A wrong one is fetched again: from the origin
  // alone, at once, when peers had sent some of it, else after a resume (validation_failed).
  // not_yet before it is transferred.
  [[nodiscard]] Result<void> validate(JobId job, std::uint32_t file, bool right);
  // Administrators only. Headers, credentials and the notify command stay behind.
  [[nodiscard]] Result<void> take_ownership(JobId job);

  // Told on the loop of what `JobSpec::notify` asks for. `accept` is called once, there or later on
  // any thread; false asks to be told again. The last handler counts, an empty one ends it; what
  // happened before is told too. No call is under way when this returns, unless from within one.
  using Accept = std::function<void(bool accepted)>;
  using NoticeHandler = std::function<void(Notice const&, Accept accept)>;
  [[nodiscard]] Result<void> notify(JobId job, NoticeHandler handler);

  // This engine for another caller: its own jobs, its own rights over them. Paths are still checked
  // and files placed with the rights of this process. Who holds a client of its own may do this.
  [[nodiscard]] Client as(Caller caller) const;

  [[nodiscard]] Result<JobInfo> job(JobId job) const;
  [[nodiscard]] std::vector<JobInfo> jobs() const;              // The caller's, oldest first.
  [[nodiscard]] Result<std::vector<JobInfo>> all_jobs() const;  // Administrators only.
  // error_unavailable unless the job is in error or transient_error.
  [[nodiscard]] Result<ErrorReport> error(JobId job) const;
  [[nodiscard]] Result<std::vector<FileInfo>> files(JobId job) const;
  // The decision record: sources tried, refused and why, bytes by source (docs/why.md). JSON.
  [[nodiscard]] Result<std::string> why(JobId job) const;

  // Until the job is durably transferred, in error, or gone (then its last state);
  // timed_out when `timeout` passes first.
  [[nodiscard]] Result<JobInfo> wait(JobId job,
                                     std::optional<Duration> timeout = std::nullopt) const;
  // Called on the loop until the returned handle is destroyed; no call is under way after that,
  // unless the handle is destroyed from within a call. The handle may outlive the client, but not
  // be destroyed while another thread closes it.
  using Listener = std::function<void(JobEvent const&)>;
  [[nodiscard]] std::shared_ptr<void> watch(Listener listener) const;

  void set_download_limit(BytesPerSecond limit);
  // Without network, or where it costs more than a job allows, jobs wait in transient_error and go
  // on by themselves.
  void set_conditions(Conditions conditions);

  [[nodiscard]] std::vector<ContentInfo> contents() const;
  // Hashes a stored content again; how many bytes were wrong (and dropped).
  [[nodiscard]] Result<Bytes> verify(ContentId content);
  // Shares a stored content with peers from where it lies, until it is unshared or the client is
  // closed. policy_refused when peers are off; not_found; file_changed.
  [[nodiscard]] Result<void> share(ContentId content);
  [[nodiscard]] Result<void> unshare(ContentId content);

  // Connections with peers, and the last that ended.
  [[nodiscard]] std::vector<PeerStatus> peers() const;
  // Where peers reach us. policy_refused when peers are off; port_unavailable.
  [[nodiscard]] Result<std::uint16_t> peer_port() const;

 private:
  class Impl;
  explicit Client(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace freshet
