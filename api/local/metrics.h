// What /metrics tells (docs/metrics.md): counted since the daemon started.
//
// Threads of the pool, which may wait; `close` on the owner's. The client outlives it.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "api/local/metric_text.h"
#include "api/local/node_keeper.h"
#include "freshet/client.h"

namespace freshet::local {

class Metrics {
 public:
  explicit Metrics(Client const& client);

  // `node` is null where there is none. Made anew when the last is older than a moment, so that
  // asking often costs little.
  [[nodiscard]] std::string text(MetricFormat format, NodeKeeper* node);
  void set_version(std::string version) { version_ = std::move(version); }
  void close();

 private:
  void count(JobEvent const& event);  // On the engine's loop.
  [[nodiscard]] MetricList make(NodeKeeper* node) const;
  void add_jobs(MetricList& list) const;
  void add_contents(MetricList& list) const;
  void add_engine(MetricList& list) const;
  void add_moved(MetricList& list, EngineCounters const& counters) const;

  Client const& client_;
  Client const all_;  // With the rights of an administrator.
  std::string version_;
  mutable std::mutex mutex_;
  std::map<JobId, Bytes> wasted_of_;  // As counted, of jobs that are there.
  Bytes wasted_ = 0;
  std::uint64_t files_ = 0;
  std::uint64_t transferred_ = 0;
  std::uint64_t failed_ = 0;
  std::mutex text_mutex_;
  std::optional<MetricList> list_;
  TimePoint made_{};
  std::shared_ptr<void> watch_;
};

}  // namespace freshet::local
