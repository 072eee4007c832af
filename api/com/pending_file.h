// A file that has no sink yet, so that the engine cannot be told of it (Job2::AddFile).
//
// Any thread. Shared by the job and the objects about the file.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>

#include "api/com/object.h"
#include "freshet/job.h"

namespace freshet::com {

class PendingFile {
 public:
  explicit PendingFile(FileSpec spec) : spec_(std::move(spec)) {}

  struct Sink {
    std::string path;
    Ref<IStream> stream;
  };

  // Its place in the job, once the engine has it.
  [[nodiscard]] std::optional<std::uint32_t> index() const {
    auto const index = index_.load();
    return index < 0 ? std::nullopt : std::optional(static_cast<std::uint32_t>(index));
  }
  void added_as(std::uint32_t index) { index_ = index; }

  template <typename Use>
  auto with(Use const& use) {
    std::lock_guard const lock(mutex_);
    return use(spec_, sink_);
  }

 private:
  std::mutex mutex_;
  FileSpec spec_;
  Sink sink_;
  std::atomic<std::int64_t> index_{-1};
};

}  // namespace freshet::com
