// The store's way to the workers and back: counts what is under way, so that `stop` knows its end.
//
// Any thread. Lives as long as the store; the pool and the loop outlive it.
#pragma once

#include <atomic>
#include <functional>

#include "engine/base/loop.h"
#include "engine/base/pool.h"
#include "engine/ports/source_id.h"

namespace freshet::store {

class Work {
 public:
  // `syncing` runs what waits for the disk for long; it may be the same pool.
  Work(Loop& loop, Pool& pool, Pool& syncing) : loop_(loop), pool_(pool), syncing_(syncing) {}

  // Work on one content that must not run at the same time as other such work on it.
  void run(SpoolId spool, std::function<void()> task) {
    start(pool_, lane(spool, 0), std::move(task));
  }
  // Bytes of one region of a content; regions count from 1.
  void run_region(SpoolId spool, std::uint64_t region, std::function<void()> task) {
    start(pool_, lane(spool, region), std::move(task));
  }
  // The sequential pass over a content.
  void run_pass(SpoolId spool, std::function<void()> task) {
    start(pool_, lane(spool, kPassRegion), std::move(task));
  }
  // One after the other: epochs, placements, changes of what is durable.
  void run_sync(std::function<void()> task) { start(syncing_, kSyncLane, std::move(task)); }
  // Synced writes of the ledger.
  void run_ledger(std::function<void()> task) { start(syncing_, kLedgerLane, std::move(task)); }

  void post(std::function<void()> task) { loop_.post(std::move(task)); }
  [[nodiscard]] Loop& loop() { return loop_; }

  // Runs `idle` on the loop once nothing is under way; nothing new may be started from outside
  // then.
  void when_idle(std::function<void()> idle);

 private:
  static constexpr std::uint64_t kPassRegion = 1ULL << 62;
  static constexpr std::uint64_t kSyncLane = ~0ULL;
  static constexpr std::uint64_t kLedgerLane = ~0ULL - 1;

  [[nodiscard]] static std::uint64_t lane(SpoolId spool, std::uint64_t region) {
    // Equal lanes of different contents only cost some parallelism.
    return static_cast<std::uint64_t>(spool) * 0x9E3779B97F4A7C15ULL + region;
  }
  void start(Pool& pool, std::uint64_t lane, std::function<void()> task);

  Loop& loop_;
  Pool& pool_;
  Pool& syncing_;
  std::atomic<std::size_t> under_way_ = 0;
};

}  // namespace freshet::store
