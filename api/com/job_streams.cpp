#include "api/com/job_streams.h"

#include <utility>

#include "api/com/host.h"

namespace freshet::com {

void JobStreams::start(std::shared_ptr<Client> client, std::uint32_t file, Ref<IStream> stream) {
  auto pump = std::make_shared<SinkPump>(
      host_.courier(), SinkPump::Source{std::move(client), job_, file}, std::move(stream), [] {});
  std::lock_guard const lock(mutex_);
  pumps_[file] = std::move(pump);
}

HRESULT JobStreams::finish(std::uint32_t file) {
  std::shared_ptr<SinkPump> pump;
  {
    std::lock_guard const lock(mutex_);
    auto const found = pumps_.find(file);
    if (found == pumps_.end()) return S_OK;
    pump = found->second;
  }
  return pump->wait();
}

void JobStreams::end() {
  host_.courier().wake(shared_from_this());
}

void JobStreams::run() {
  host_.drop_streams(job_);
  std::map<std::uint32_t, std::shared_ptr<SinkPump>> pumps;  // They end after the lock.
  std::lock_guard const lock(mutex_);
  pumps.swap(pumps_);
}

}  // namespace freshet::com
