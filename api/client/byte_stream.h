// One file handed to a sink while it arrives, over whatever the client's calls go to.
//
// A value of one thread, the caller's, which waits; the back end outlives it.
#pragma once

#include <memory>

#include "api/client/backend.h"

namespace freshet {

class ByteStream {
 public:
  static constexpr std::size_t kChunkBytesMax = 1 << 20;

  ByteStream(ClientMaker::Backend const& backend, JobId job, std::uint32_t file,
             StreamOptions const& options);
  ~ByteStream();

  // How many bytes the sink got.
  [[nodiscard]] Result<Bytes> run(Client::Sink const& sink);

 private:
  class Bell;

  [[nodiscard]] Result<void> check(ReadBytes const& got);
  // The job is in error, and what comes of that is waited for.
  [[nodiscard]] bool may_recover();
  [[nodiscard]] bool over(ReadBytes const& got) const;
  // For anything that happens to the job; false when the patience has ended.
  [[nodiscard]] bool wait();

  ClientMaker::Backend const& backend_;
  JobId job_;
  std::uint32_t file_;
  StreamOptions options_;
  Bytes at_;
  bool doubted_ = false;                        // A read failed, and the job was in no error.
  std::string version_;                         // Of what the sink got.
  std::chrono::steady_clock::time_point last_;  // When bytes came.
  std::shared_ptr<Bell> bell_;                  // Shared with events under way.
  std::shared_ptr<void> watching_;
};

}  // namespace freshet
