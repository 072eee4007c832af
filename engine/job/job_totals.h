// Sums over the files of a job, kept up as files change so that listing costs nothing.
//
// Pure. A value.
#pragma once

#include "engine/job/record.h"
#include "freshet/job.h"

namespace freshet {

// What one file adds to its job.
struct FileShare {
  std::optional<Bytes> wanted;  // Bytes asked for; absent until the length is known.
  Bytes done = 0;
  bool transferred = false;
  Bytes from_origin = 0;
  Bytes from_peers = 0;
  Bytes wasted = 0;
};

// Bytes of this file that were asked for, when that is known.
[[nodiscard]] std::optional<Bytes> wanted_bytes(FileSpec const& spec, std::optional<Bytes> length);

class JobTotals {
 public:
  void add(FileShare const& share);
  void remove(FileShare const& share);  // One that was added before.

  // Without rate.
  [[nodiscard]] Progress progress() const;

 private:
  Progress sum_;
  Bytes wanted_ = 0;
  std::uint32_t unknown_ = 0;
};

}  // namespace freshet
