// A whole engine in this process: threads, store, origins, transfers and jobs, put together and
// taken apart in order. The only place that knows all of them.
//
// `open`, `close` and the destructor on any thread but the loop; everything else on the loop.
#pragma once

#include <memory>

#include "api/client/command_runner.h"
#include "api/client/event_hub.h"
#include "api/client/machine_use.h"
#include "api/client/node_watch.h"
#include "api/client/policy_source.h"
#include "api/client/sink_log.h"
#include "api/client/system_clock.h"
#include "engine/base/thread_loop.h"
#include "engine/base/thread_pool.h"
#include "engine/job/transfers_desk.h"
#include "engine/policy/policy_keeper.h"
#include "freshet/client.h"
#include "freshet/counters.h"

namespace freshet {

class CurlOrigin;
class ShareMarks;
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
  [[nodiscard]] Store& store() { return *store_; }  // Its parts for any thread.
  [[nodiscard]] Clock& clock() { return clock_; }   // Any thread.
  [[nodiscard]] Log& log() { return log_; }         // Any thread.
  [[nodiscard]] ShareMarks& share_marks();
  [[nodiscard]] ArrivalBook const& arrivals() const { return *arrivals_; }
  [[nodiscard]] Sharing& sharing() { return *sharing_; }
  [[nodiscard]] PolicyKeeper& keeper() { return *keeper_; }
  [[nodiscard]] PolicySource& policies() { return policies_; }
  [[nodiscard]] MachineUse& machine_use() { return machine_use_; }
  // As peers are met since the start.
  [[nodiscard]] PeerOptions const& peer_options() const { return peer_options_; }
  [[nodiscard]] PolicyVerdict const& verdict() const { return verdict_; }
  [[nodiscard]] std::string const& data_dir() const { return options_.data_dir; }
  [[nodiscard]] MovedBytes moved() const;  // Since the start.
  [[nodiscard]] EngineCounters counters() const;
  // What the application wants, within what policies allow.
  void set_download_limit(BytesPerSecond limit);
  void set_conditions(Conditions conditions);
  [[nodiscard]] Result<void> reload_policies();
  [[nodiscard]] LibtorrentSwarm* swarm() { return swarm_.get(); }  // Null: peers are off.

 private:
  [[nodiscard]] Result<void> open_store(Options const& options);
  [[nodiscard]] Result<void> compose(Options const& options);
  [[nodiscard]] Result<void> open_swarm(PeerOptions const& options);
  [[nodiscard]] Result<void> start_keeper();
  void watch_nodes(TrustedKeys keys);
  void look_at_machine(std::function<void(MachineState)> answer);
  void apply(PolicyVerdict verdict);
  void on_seen(MachineState const& machine);
  void apply_cache_rules(MachineState const& machine);
  void close_jobs(std::function<void()> done);
  void close_swarm();
  void close_store(std::function<void()> done);
  // Runs `work` on the loop and waits for it to call back.
  void run(std::function<void(std::function<void()>)> const& work);

  Options options_;
  PeerOptions peer_options_;
  PeerOptions peers_wanted_;  // As policies have it now.
  PolicyVerdict verdict_;     // The keeper's, and what of the peers wanted can be had at once.
  PolicySource policies_;
  MachineUse machine_use_;
  std::optional<std::string> cache_hosts_;  // As they were applied.
  std::optional<MachineState> first_look_;  // Before the loop ran.
  bool conditions_told_ = false;            // By the application: the machine is not asked.
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
  std::unique_ptr<ArrivalBook> arrivals_;
  // Shared with calls under way from handles of applications; the engine ends it.
  std::shared_ptr<EventHub> hub_;
  std::unique_ptr<CommandRunner> commands_;
  std::unique_ptr<JobBook> book_;
  std::unique_ptr<PolicyKeeper> keeper_;
  std::shared_ptr<NodeWatch>
      nodes_;  // Null: none are looked for. Proofs on their way hold it weakly.
};

}  // namespace freshet
