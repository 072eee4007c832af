// A whole engine in this process: threads, store, origins, transfers and jobs, put together and
// taken apart in order. The only place that knows all of them.
//
// `open`, `close` and the destructor on any thread but the loop; everything else on the loop.
#pragma once

#include <memory>

#include "api/client/command_runner.h"
#include "api/client/event_hub.h"
#include "api/client/sink_log.h"
#include "api/client/system_clock.h"
#include "engine/base/thread_loop.h"
#include "engine/base/thread_pool.h"
#include "engine/job/transfers_desk.h"
#include "freshet/client.h"

namespace freshet {

class CurlOrigin;
class LibtorrentSwarm;
class Sharing;
class Store;

class EmbeddedEngine {
 public:
  [[nodiscard]] static Result<std::unique_ptr<EmbeddedEngine>> open(Options const& options);
  class Key;  // Only `open` has one.
  EmbeddedEngine(Key, Options const& options);
  ~EmbeddedEngine();
  EmbeddedEngine(EmbeddedEngine const&) = delete;
  EmbeddedEngine& operator=(EmbeddedEngine const&) = delete;

  [[nodiscard]] Loop& loop() { return loop_; }  // Any thread.
  [[nodiscard]] JobBook& book() { return *book_; }
  [[nodiscard]] EventHub& hub() { return *hub_; }
  [[nodiscard]] std::weak_ptr<EventHub> weak_hub() const { return hub_; }
  [[nodiscard]] Transfers& transfers() { return *transfers_; }
  [[nodiscard]] ContentStore& contents();
  [[nodiscard]] Sharing& sharing() { return *sharing_; }
  [[nodiscard]] LibtorrentSwarm* swarm() { return swarm_.get(); }  // Null: peers are off.

 private:
  [[nodiscard]] Result<void> open_store(Options const& options);
  [[nodiscard]] Result<void> compose(Options const& options);
  [[nodiscard]] Result<void> open_swarm(PeerOptions const& options);
  void close_jobs(std::function<void()> done);
  void close_swarm();
  void close_store(std::function<void()> done);
  // Runs `work` on the loop and waits for it to call back.
  void run(std::function<void(std::function<void()>)> const& work);

  SystemClock clock_;
  SystemRandom random_;
  SinkLog log_;
  ThreadLoop loop_{"freshet"};
  ThreadPool pool_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<CurlOrigin> origin_;
  std::unique_ptr<LibtorrentSwarm> swarm_;
  std::unique_ptr<Transfers> transfers_;
  std::unique_ptr<Sharing> sharing_;
  std::unique_ptr<TransfersDesk> desk_;
  // Shared with calls under way from handles of applications; the engine ends it.
  std::shared_ptr<EventHub> hub_;
  std::unique_ptr<CommandRunner> commands_;
  std::unique_ptr<JobBook> book_;
};

}  // namespace freshet
