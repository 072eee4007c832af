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
#include "freshet/units.h"

namespace freshet {

struct JobId {
  std::array<std::byte, 16> bytes{};
  auto operator<=>(JobId const&) const = default;
};
// "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
[[nodiscard]] std::string to_string(JobId const& id);
[[nodiscard]] std::optional<JobId> job_id_from_string(std::string_view text);

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
[[nodiscard]] std::string_view to_string(JobState state);
[[nodiscard]] constexpr bool is_final(JobState state) {
  return state == JobState::acknowledged || state == JobState::cancelled;
}

enum class Priority : std::uint8_t { foreground = 0, high = 1, normal = 2, low = 3 };
[[nodiscard]] std::string_view to_string(Priority priority);

struct Header {
  std::string name;
  std::string value;
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
};

struct JobSpec {
  std::string name;  // 1 to 256 characters.
  std::string description;
  Priority priority = Priority::foreground;
  std::vector<Header> headers;  // Sent to the hosts of the file's URLs only.
  std::string proxy;            // Empty: from the environment. "-": none.
  std::string ca_file;
  bool allow_downgrade = false;    // https may redirect to http.
  std::uint32_t connections = 0;   // To one source; 0: chosen by measurement.
  BytesPerSecond limit{};          // Of this job; 0: none.
  Duration no_progress_timeout{};  // 0: the default of the priority.
  Duration retry_delay_min{};      // 0: the default.
  // Public keys of minisign, in base64. Not empty: every file needs a manifest that one of them
  // signed, whoever else is trusted.
  std::vector<std::string> signed_by;
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
};

struct FileInfo {
  FileSpec spec;
  std::optional<Bytes> length;  // Of the remote file.
  Bytes bytes_done = 0;
  bool transferred = false;
  bool placed = false;
  std::optional<ContentId> content;
  std::optional<Trust> trust;
  std::string signer;  // Whose signature of the manifest was verified; empty: nobody's.
};

struct JobError {
  Error error;
  std::optional<std::uint32_t> file;  // Index of the file concerned.
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
};

// What happened to a job. Progress comes at most ten times a second for each job; everything else
// comes after it is durable, or noted where only the step of a running job changes.
struct JobEvent {
  enum class Kind : std::uint8_t { state, progress, file_transferred, removed };
  Kind kind = Kind::state;
  JobInfo job;
  std::uint32_t file = 0;  // With file_transferred.
};

struct Completion {
  std::uint32_t files_placed = 0;
  std::uint32_t files_dropped = 0;  // Not transferred, hence deleted.
};

}  // namespace freshet
