// The client: what applications include. Embeds an engine in this process, or talks to a daemon.
//
// Methods may be called from any thread; they wait for the engine's answer, so they must not be
// called from a callback. Callbacks run on one thread, the loop: be quick, and call nothing that
// waits. A client is closed by its destructor: running jobs stop where they are and go on when
// a client opens the same data directory again.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "freshet/content_id.h"
#include "freshet/error.h"
#include "freshet/export.h"
#include "freshet/http_answer.h"
#include "freshet/job.h"
#include "freshet/job_options.h"
#include "freshet/monitor.h"
#include "freshet/peers.h"
#include "freshet/policy.h"

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
  // freshet.toml (docs/policy.md); absolute. Empty: none. What it says wins over the options above,
  // but peers that are off stay off.
  std::string policy_file;
  bool policy_file_required = true;  // Otherwise it may be absent; then it is looked for again.
  // Policies by name and value, which win over the file's: {"DOMaxCacheAge", "3600"}.
  std::vector<std::pair<std::string, std::string>> policies;
  std::function<void(LogSeverity, std::string_view line)> log;  // Any thread. Empty: silent.
};

struct ConnectOptions {
  // Of the daemon. Empty: $FRESHET_SOCKET, $XDG_RUNTIME_DIR/freshet/freshetd.sock if that is there,
  // /run/freshet/freshetd.sock.
  std::string socket;
  Duration connect_timeout = std::chrono::seconds{5};  // How long `connect` waits for a daemon.
  Duration call_timeout = std::chrono::seconds{30};    // A call, for one that has gone away.
  // For an answer, but of calls that take as long as a content is large.
  Duration answer_timeout = std::chrono::minutes{2};
};

struct ContentInfo {
  std::optional<ContentId> content;
  std::optional<Bytes> length;
  Bytes present = 0;
  bool sealed = false;
  std::string path;
  bool shared = false;                   // With peers, without a job,
  std::optional<WallTime> shared_until;  // until then. Absent: until it is unshared.
  bool operator==(ContentInfo const&) const = default;
};

// What came of a file that may be on its way.
struct ReadBytes {
  Bytes size = 0;               // 0 before the end: these bytes are not there yet.
  std::optional<Bytes> length;  // Of the file; absent while that is unknown.
  std::string version;          // Another one: the content began anew, and is another.
};

// Which pieces of a file's content are there.
struct FilePieces {
  Bytes length = 0;  // Of the remote file,
  Bytes piece_length = 0;
  std::uint32_t pieces = 0;
  std::uint32_t present = 0;
  // A bit each, the first one in the lowest bit of the first byte.
  std::vector<std::byte> bits;
  bool operator==(FilePieces const&) const = default;
};

struct StreamOptions {
  ByteRange range{0, kToEnd};        // Of the file as it will be placed.
  std::optional<Duration> patience;  // How long to wait for the next byte; absent: for ever.
  std::stop_token stop;              // Ends the waiting, and the stream with `stopped`.
  bool through_errors = false;       // A job in error may be resumed: that is waited for too.
};

class FRESHET_EXPORT Client {
 public:
  // Errors: store_locked (another process has it), store_too_new, store_corrupt, io_error,
  // permission_denied, disk_full, path_invalid.
  // invalid_argument names an option that cannot be.
  [[nodiscard]] static Result<Client> open(Options options);
  // The same methods go to the engine of a daemon (freshetd), for the user of this process. A
  // daemon that restarts is waited for and nothing is missed meanwhile; every method may answer
  // daemon_unavailable. Files are placed by this process, with its rights.
  [[nodiscard]] static Result<Client> connect(ConnectOptions options = {});

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
  // For callers whose files this process must not touch by path. Fills an open file with the bytes
  // of a transferred one, durably; the job stays as it is. Waits for the disk, and for whoever
  // serves that file. not_yet, invalid_argument (no regular file, not open for writing).
  [[nodiscard]] Result<void> place_into(JobId job, std::uint32_t file, int descriptor);
  // As `complete`, once every transferred file was placed by the caller: not_yet names one that is
  // not in `placed`.
  [[nodiscard]] Result<Completion> complete_placed(JobId job, std::vector<std::uint32_t> placed);
  // Bytes of a file as it will be placed, while it is on its way or until the job is completed:
  // only those that were verified, or came from the origin and can be judged by nothing. As many as
  // are there from `begin` on; does not wait for more. invalid_range beyond the file's end; the
  // job's error when it has one and the bytes are not there.
  [[nodiscard]] Result<ReadBytes> read(JobId job, std::uint32_t file, Bytes begin,
                                       std::span<std::byte> into) const;
  // Hands them to `sink` in order, each once, as they arrive; on this thread, which waits until the
  // range is over. A sink that takes its time delays nobody else, and no more than 1 MiB waits for
  // it in memory. How many bytes it got; the sink's own error ends it. timed_out; content_changed
  // when the origin has another content now.
  using Sink = std::function<Result<void>(std::span<std::byte const> bytes)>;
  [[nodiscard]] Result<Bytes> stream(JobId job, std::uint32_t file, Sink const& sink,
                                     StreamOptions options = {}) const;
  // Which bytes of the remote file come first while they are missing, in this order; from now on,
  // until it is said anew or the client is closed. What is under way goes on. invalid_range beyond
  // its end.
  [[nodiscard]] Result<void> prefer(JobId job, std::uint32_t file, std::vector<ByteRange> ranges);
  // Replaces all settings of the job. What runs goes on where it is, with them.
  [[nodiscard]] Result<void> configure(JobId job, JobSpec spec);

  // Where a file comes from, from now on; what has arrived is kept if it is the same there. A file
  // that is transferred keeps its bytes.
  [[nodiscard]] Result<void> set_urls(JobId job, std::uint32_t file, std::vector<std::string> urls);
  // Another place, another identity, another text of the application, while the job is suspended
  // (invalid_state). What had arrived is fetched again where something else judges it from now on.
  [[nodiscard]] Result<void> change_file(JobId job, std::uint32_t file, FileChange change);
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
  [[nodiscard]] Result<std::vector<JobInfo>> jobs() const;      // The caller's, oldest first.
  [[nodiscard]] Result<std::vector<JobInfo>> all_jobs() const;  // Administrators only.
  // error_unavailable unless the job is in error or transient_error.
  [[nodiscard]] Result<ErrorReport> error(JobId job) const;
  [[nodiscard]] Result<std::vector<FileInfo>> files(JobId job) const;
  // Which pieces of its content are there. not_yet while it has no length, or is not open.
  [[nodiscard]] Result<FilePieces> pieces(JobId job, std::uint32_t file) const;
  // What a server answered last about it, since the client was opened; for the owner alone. not_yet
  // before there was any answer.
  [[nodiscard]] Result<HttpAnswer> answer(JobId job, std::uint32_t file) const;
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

  [[nodiscard]] Result<void> set_download_limit(BytesPerSecond limit);
  // Without network, or where it costs more than a job allows, jobs wait in transient_error and go
  // on by themselves.
  [[nodiscard]] Result<void> set_conditions(Conditions conditions);

  [[nodiscard]] Result<std::vector<ContentInfo>> contents() const;
  // Hashes a stored content again; how many bytes were wrong (and dropped).
  [[nodiscard]] Result<Bytes> verify(ContentId content);
  // Shares a stored content with peers from where it lies, for a while or until it is unshared,
  // whenever the data directory is open with peers. policy_refused when peers are off; not_found;
  // file_changed.
  [[nodiscard]] Result<void> share(ContentId content,
                                   std::optional<Duration> for_a_while = std::nullopt);
  // Also when peers are off. not_found when it is not shared.
  [[nodiscard]] Result<void> unshare(ContentId content);

  // Keeps a stored content whatever the limits of the cache say, until then or until it is
  // unpinned; with peers it is shared too. Afterwards those limits hold. invalid_argument unless
  // the end is within a year from now.
  [[nodiscard]] Result<void> pin(ContentId content, std::optional<WallTime> until = std::nullopt);
  [[nodiscard]] Result<void> unpin(ContentId content);
  // Forgets a stored content and deletes its bytes, unless they are a placed file: that stays. How
  // many bytes were deleted. not_found; invalid_state while a job needs it.
  [[nodiscard]] Result<Bytes> purge(ContentId content);

  // Every policy with its value and where that comes from.
  [[nodiscard]] Result<std::vector<PolicyEntry>> policies() const;
  // What they allow now, and why not more.
  [[nodiscard]] Result<PolicyVerdict> verdict() const;
  // Reads the policy file again. Fewer peers are met at once; more of them, other groups, where to
  // listen and how peers are found hold from the next start on. On an error nothing changes.
  [[nodiscard]] Result<void> reload_policies();

  // The files of the caller's jobs. For administrators and the user of the engine's process also
  // what else is stored; for administrators the files of everyone's jobs.
  [[nodiscard]] Result<std::vector<FileStatus>> status() const;
  [[nodiscard]] Result<PerfSnapshot> perf() const;  // Since the client was opened.
  [[nodiscard]] Result<PerfSnapshot> perf_this_month() const;

  // Connections with peers, and the last that ended.
  [[nodiscard]] Result<std::vector<PeerStatus>> peers() const;
  // Whom we refuse for what they sent, oldest first.
  [[nodiscard]] Result<std::vector<PeerBan>> bans() const;
  // Where peers reach us. policy_refused when peers are off; port_unavailable.
  [[nodiscard]] Result<std::uint16_t> peer_port() const;

  // Where a browser finds the daemon's page, with a code that lets it in once, within two minutes.
  // not_supported unless the daemon listens on TCP.
  [[nodiscard]] Result<std::string> page_url() const;

 private:
  class Backend;
  friend class ClientMaker;
  explicit Client(std::unique_ptr<Backend> backend);
  std::unique_ptr<Backend> backend_;
};

}  // namespace freshet
