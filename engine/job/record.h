// What is remembered of a job and its files over restarts. Encoded by the store
// (docs/store-format.md).
#pragma once

#include <string>
#include <vector>

#include "engine/ports/origin.h"
#include "engine/ports/source_id.h"
#include "freshet/job.h"

namespace freshet {

struct JobRecord {
  JobId id;
  JobSpec spec;
  JobState state = JobState::suspended;
  std::optional<JobError> error;
  std::uint32_t error_count = 0;
  std::uint32_t owner = 0;
  std::uint32_t file_count = 0;
  std::uint64_t order = 0;  // Position in the queue: lower runs first.
  WallTime created{};
  WallTime modified{};
  std::optional<WallTime> transferred;
  std::string why;           // The decision record, JSON, bounded.
  bool resumed = false;      // At least once.
  bool notified = false;     // The notice of its state was accepted.
  Duration transfer_time{};  // Since the last resume, when it last stopped.
};

struct FileRecord {
  JobId job;
  std::uint32_t index = 0;
  FileSpec spec;
  SpoolId spool = SpoolId::none;  // Once its bytes have a home.
  std::optional<Bytes> length;
  Validator validator;  // Of the origin's representation in the spool.
  std::optional<ContentId> content;
  std::optional<Trust> trust;
  std::string signer;
  std::optional<WallTime> modified;  // Of the remote file, as the origin says.
  bool transferred = false;
  bool placed = false;
  Bytes from_origin = 0;
  Bytes from_cache_hosts = 0;  // Of those from the origin.
  Bytes from_peers = 0;
  Bytes wasted = 0;
  bool validated = false;    // By the application.
  bool told = false;         // The notice of its transfer was accepted, or not wanted.
  bool origin_only = false;  // What peers had was wrong for the application.
};

}  // namespace freshet
