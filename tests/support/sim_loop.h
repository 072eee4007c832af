// A loop with virtual time, the clock that belongs to it, and a pool that runs on it. Everything
// happens in `run…` on the caller's thread, in an order that follows from the calls alone.
#pragma once

#include <deque>
#include <map>
#include <random>
#include <unordered_map>

#include "engine/base/loop.h"
#include "engine/base/pool.h"
#include "engine/ports/clock.h"
#include "engine/ports/random.h"

namespace freshet::test {

class SimLoop final : public Loop, public Clock {
 public:
  // Loop
  void post(std::function<void()> task) override { posted_.push_back(std::move(task)); }
  [[nodiscard]] TimerId at(TimePoint when, std::function<void()> task) override;
  void cancel(TimerId timer) override;
  [[nodiscard]] bool in_loop() const override { return true; }

  // Clock
  [[nodiscard]] TimePoint now() const override { return now_; }
  [[nodiscard]] WallTime wall() const override {
    return WallTime{std::chrono::floor<std::chrono::milliseconds>(now_.time_since_epoch()) + off_};
  }
  // As when somebody sets the wall clock. Timers do not care.
  void jump_wall(std::chrono::milliseconds by) { off_ += by; }

  // One posted task, or else the next timer after moving time to it. False when nothing is left.
  bool run_one();
  // Everything that is due now, without moving time.
  void run_ready();
  // Until nothing is left, `done` holds, or `limit` of virtual time has passed.
  void run_until(std::function<bool()> const& done, Duration limit);
  void run_for(Duration span);
  // Forgets what is posted and every timer: the process died.
  void drop_all();
  [[nodiscard]] Duration elapsed() const { return now_ - start_; }

 private:
  struct Timer {
    TimerId id;
    std::function<void()> task;
  };

  void fire_next();

  TimePoint const start_{std::chrono::hours{24 * 365}};
  TimePoint now_ = start_;
  std::chrono::milliseconds off_{};  // Of the wall clock.
  std::deque<std::function<void()>> posted_;
  std::multimap<TimePoint, Timer> timers_;
  std::unordered_map<TimerId, std::multimap<TimePoint, Timer>::iterator> by_id_;
  std::uint64_t last_timer_ = 0;
};

// Runs tasks as posted work of a SimLoop; lanes keep their order because the loop does.
class SimPool final : public Pool {
 public:
  explicit SimPool(SimLoop& loop) : loop_(loop) {}
  void run(std::uint64_t, std::function<void()> task) override { loop_.post(std::move(task)); }

 private:
  SimLoop& loop_;
};

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  [[nodiscard]] std::uint64_t next() override { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

}  // namespace freshet::test
