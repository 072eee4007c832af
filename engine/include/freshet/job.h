// Jobs as applications see them: what is asked for, and how it stands. Plain values.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "freshet/content_id.h"
#include "freshet/digest.h"
#include "freshet/error.h"
#include "freshet/export.h"
#include "freshet/http_terms.h"
#include "freshet/units.h"

namespace freshet {

struct JobId {
  std::array<std::byte, 16> bytes{};
  auto operator<=>(JobId const&) const = default;
};
// "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
[[nodiscard]] FRESHET_EXPORT std::string to_string(JobId const& id);
[[nodiscard]] FRESHET_EXPORT std::optional<JobId> job_id_from_string(std::string_view text);

// docs/architecture.md, "Life of a job". Numbers are stored: append, never renumber.
enum class JobState : std::uint8_t {
  suspended = 0,
  queued = 1,
  connecting = 2,
  transferring = 3,
  transient_error = 4,  // Will be tried again by itself.
  error = 5,            // Waits for Resume, Cancel or Complete.
  transferred = 6,      // Everything arrived and is durable; waits for Complete.
  acknowledged = 7,     // Final: completed.
  cancelled = 8,        // Final.
};
[[nodiscard]] FRESHET_EXPORT std::string_view to_string(JobState state);
[[nodiscard]] constexpr bool is_final(JobState state) {
  return state == JobState::acknowledged || state == JobState::cancelled;
}

enum class Priority : std::uint8_t { foreground = 0, high = 1, normal = 2, low = 3 };
[[nodiscard]] FRESHET_EXPORT std::string_view to_string(Priority priority);

// Who calls. Only the owner of a job and administrators may see or change it.
struct Caller {
  std::uint32_t uid = 0;
  bool administrator = false;
  bool operator==(Caller const&) const = default;
};

struct Header {
  std::string name;
  std::string value;
  bool operator==(Header const&) const = default;
};

// What using the network may cost: bits. A job runs while its own `costs` have one of those that
// hold now (Delivery Optimization's and BITS' cost states and transfer policies).
namespace cost {
inline constexpr std::uint32_t unrestricted = 0x1;
inline constexpr std::uint32_t capped_usage_unknown = 0x2;
inline constexpr std::uint32_t below_cap = 0x4;
inline constexpr std::uint32_t near_cap = 0x8;
inline constexpr std::uint32_t over_cap_charged = 0x10;
inline constexpr std::uint32_t over_cap_throttled = 0x20;
inline constexpr std::uint32_t usage_based = 0x40;
inline constexpr std::uint32_t roaming = 0x80;
inline constexpr std::uint32_t ignore_congestion = 0x80000000;  // No state; always accepted.

inline constexpr std::uint32_t always = 0x800000ff;
inline constexpr std::uint32_t not_roaming = 0x8000007f;
inline constexpr std::uint32_t no_surcharge = 0x8000006f;
inline constexpr std::uint32_t standard = 0x80000067;
inline constexpr std::uint32_t only_unrestricted = 0x80000021;
}  // namespace cost

// What the machine's network is like now.
struct Conditions {
  bool network = true;
  std::uint32_t costs = cost::unrestricted;
  bool operator==(Conditions const&) const = default;
};

// Which notices a job's handler gets.
struct NotifyFlags {
  bool transferred = true;
  bool error = true;
  bool file_transferred = false;
  bool modification = false;
  bool operator==(NotifyFlags const&) const = default;
};

// One file of a job.
struct FileSpec {
  std::vector<std::string> urls;  // The first is the origin, others are mirrors of the same bytes.
  std::string path;               // Absolute. Appears there, whole, at Complete.
  std::vector<ByteRange> ranges;  // Empty: the whole file. Otherwise joined in this order.
  std::optional<Digest> sha256;   // Of the whole remote file.
  std::optional<ContentId> content;
  // A .torrent, or a piece hash file together with its hash of hashes: a URL, a magnet link, an
  // absolute path (read when the file is added, never again), or empty.
  std::string manifest;
  std::string manifest_bytes;  // The document itself, when the application has it already.
  // What signs it (minisign). Read from MANIFEST.minisig, if there is one, together with a path;
  // looked for there when the manifest is a URL.
  std::string manifest_signature;
  std::optional<Digest> hash_of_hashes;
  std::optional<Digest> manifest_sha256;  // Of the document itself: it is believed as the job is.
  // Where the manifest cannot be had or is wrong, the URLs alone say what the file is.
  bool manifest_optional = false;
  std::string app_data;  // The application's own text, at most 4,096 bytes: kept, never looked at.
  bool operator==(FileSpec const&) const = default;
};

// What a file must be: these fields of its FileSpec.
struct FileIdentity {
  std::optional<Digest> sha256;
  std::optional<ContentId> content;
  std::string manifest;
  std::string manifest_bytes;
  std::string manifest_signature;
  std::optional<Digest> hash_of_hashes;
  std::optional<Digest> manifest_sha256;
  bool operator==(FileIdentity const&) const = default;
};

// What becomes another of a file; the rest stays as it is.
struct FileChange {
  std::optional<FileIdentity> identity;  // All of it: without any, nothing is known of the file.
  std::optional<bool> manifest_optional;
  std::optional<std::string> path;
  std::optional<std::string> app_data;
  bool operator==(FileChange const&) const = default;
};

struct JobSpec {
  std::string name;  // 1 to 256 characters.
  std::string description;
  Priority priority = Priority::foreground;
  std::vector<Header> headers;  // Sent to the hosts of the file's URLs only.
  std::string proxy;            // Empty: from the environment. "-": none.
  std::string ca_file;
  bool allow_downgrade = false;  // https may redirect to http.
  HttpTerms http;
  std::uint32_t connections = 0;   // To one source; 0: chosen by measurement.
  BytesPerSecond limit{};          // Of this job; 0: none.
  Duration no_progress_timeout{};  // 0: the default of the priority.
  Duration retry_delay_min{};      // 0: the default.
  // Public keys of minisign, in base64. Not empty: every file needs a manifest that one of them
  // signed, whoever else is trusted.
  std::vector<std::string> signed_by;

  NotifyFlags notify;
  // A program and its arguments, run as the owner when `transferred` or `error` is due and no
  // handler takes the notice: an absolute path, not searched for. Empty: none.
  std::vector<std::string> notify_command;
  std::uint32_t costs = cost::always;  // In which cost states it may run.
  // Connecting and transferring since the last resume; 0: the default.
  Duration transfer_time_max{};
  std::optional<Bytes> size_max;  // Of all files together. Fixed once the job was resumed.
  // Peers are neither asked for its files nor served them: the application looks at them first.
  // Fixed once there is a file.
  bool validate_first = false;
  std::string app_data;  // The application's own text, at most 16,384 bytes: kept, never looked at.
  bool operator==(JobSpec const&) const = default;
};

struct Progress {
  Bytes bytes_done = 0;              // Verified bytes of what was asked for.
  std::optional<Bytes> bytes_total;  // Absent until every file's size is known.
  std::uint32_t files_done = 0;
  std::uint32_t files_total = 0;
  BytesPerSecond rate{};  // Smoothed over some seconds.
  // Where useful bytes came from, and what was received for nothing.
  Bytes from_origin = 0;
  Bytes from_peers = 0;
  Bytes wasted = 0;
  bool operator==(Progress const&) const = default;
};

struct FileInfo {
  FileSpec spec;
  std::optional<Bytes> length;  // Of the remote file.
  Bytes bytes_done = 0;
  bool transferred = false;
  bool placed = false;
  std::optional<ContentId> content;
  std::optional<Trust> trust;
  std::string signer;      // Whose signature of the manifest was verified; empty: nobody's.
  bool validated = false;  // The application has said that it is right.
  std::optional<WallTime> modified;  // As the origin says; the placed file's time too.
  // Useful bytes by source, and what was received for nothing.
  Bytes from_origin = 0;
  Bytes from_peers = 0;
  Bytes wasted = 0;
  // Where its bytes lie until it is placed; empty before there are any.
  std::string temporary_path;
  bool operator==(FileInfo const&) const = default;
};

struct JobError {
  Error error;
  std::optional<std::uint32_t> file;  // Index of the file concerned.
  bool operator==(JobError const&) const = default;
};

// Where an error belongs; the numbers are those of BG_ERROR_CONTEXT.
enum class ErrorContext : std::uint8_t {
  none = 0,
  unknown = 1,
  queue = 2,
  notification = 3,
  local_file = 4,
  remote_file = 5,
  transport = 6,
};
[[nodiscard]] FRESHET_EXPORT std::string_view to_string(ErrorContext context);
[[nodiscard]] FRESHET_EXPORT ErrorContext context_of(Errc code);

// All that is known of a job's error.
struct ErrorReport {
  JobError error;
  ErrorContext context = ErrorContext::none;
  std::string protocol;  // "http" or "https"; empty when it is not tied to one.
  std::string url;       // Of the file concerned, without query and credentials.
  std::string path;
  bool operator==(ErrorReport const&) const = default;
};

struct JobInfo {
  JobId id;
  JobSpec spec;
  JobState state = JobState::suspended;
  Progress progress;
  std::optional<JobError> error;  // In error and transient_error.
  std::uint32_t error_count = 0;  // How often it entered one of these.
  std::uint32_t owner = 0;        // User id.
  WallTime created{};
  WallTime modified{};
  std::optional<WallTime> transferred;
  bool operator==(JobInfo const&) const = default;
};

// What happened to a job. Progress comes at most ten times a second for each job; everything else
// comes after it is durable, or noted where only the step of a running job changes.
struct JobEvent {
  enum class Kind : std::uint8_t { state, progress, file_transferred, removed };
  Kind kind = Kind::state;
  JobInfo job;
  std::uint32_t file = 0;  // With file_transferred.
  bool operator==(JobEvent const&) const = default;
};

// What a job's handler is told. It is told again, later and later, until it accepts, except for
// `modification`.
struct Notice {
  enum class Kind : std::uint8_t { file_transferred, transferred, error, modification };
  Kind kind = Kind::transferred;
  JobInfo job;
  std::uint32_t file = 0;  // With file_transferred.
  bool operator==(Notice const&) const = default;
};
[[nodiscard]] FRESHET_EXPORT std::string_view to_string(Notice::Kind kind);

struct Completion {
  std::uint32_t files_placed = 0;
  std::uint32_t files_dropped = 0;  // Not transferred, hence deleted.
  bool operator==(Completion const&) const = default;
};

}  // namespace freshet
