// The streams that files of one job go to, while they arrive.
//
// Any thread; an errand only to end away from the engine's loop. The Host keeps it until the job
// ends, so that streams get their bytes although the application keeps no object of the job.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "api/com/courier.h"
#include "api/com/sink_pump.h"

namespace freshet::com {

class Host;

class JobStreams final : public Errand, public std::enable_shared_from_this<JobStreams> {
 public:
  JobStreams(Host& host, JobId job) : host_(host), job_(job) {}

  void start(std::shared_ptr<Client> client, std::uint32_t file, Ref<IStream> stream);
  // Waits until the stream of this file has all bytes. What it failed with; S_OK for one without a
  // stream.
  [[nodiscard]] HRESULT finish(std::uint32_t file);
  // The job is gone: soon no stream is called any more.
  void end();
  void run() override;

 private:
  Host& host_;  // Outlives its courier, which runs this.
  JobId job_;
  std::mutex mutex_;
  std::map<std::uint32_t, std::shared_ptr<SinkPump>> pumps_;  // Shared with who waits.
};

}  // namespace freshet::com
