// A file of a job as monitoring shows it. A plain value.
#pragma once

#include <optional>
#include <string>

#include "freshet/job.h"

namespace freshet {

struct FileUse {
  JobId job;
  std::uint32_t index = 0;
  std::uint32_t owner = 0;
  JobState state = JobState::suspended;
  Priority priority = Priority::foreground;
  std::optional<ContentId> content;
  std::optional<Bytes> length;
  Bytes done = 0;
  bool transferred = false;
  bool active = false;
  std::string url;
  std::string path;
  Bytes from_origin = 0;
  Bytes from_peers = 0;
  Bytes from_cache_hosts = 0;
  std::uint32_t connections = 0;
  Duration transfer_time{};  // Of the job.
};

}  // namespace freshet
