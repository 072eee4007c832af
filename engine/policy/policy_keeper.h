// Looks again and again what the policies allow, and has it done when that has changed. Keeps the
// month's counters.
//
// Loop only; the ports outlive it. The owner calls `stop` before the end.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/base/loop.h"
#include "engine/policy/decide.h"
#include "engine/policy/month_book.h"
#include "engine/ports/clock.h"
#include "engine/ports/log.h"
#include "engine/ports/notes.h"

namespace freshet {

// Where the machine is.
struct LocalTime {
  std::string month;       // "2026-11"
  std::uint32_t hour = 0;  // Of the day.
};

struct PolicyPorts {
  Loop& loop;
  Clock& clock;
  Log& log;
  Notes& notes;
  std::function<LocalTime(WallTime)> local_time;
  // Answers on the loop, perhaps at once.
  std::function<void(std::function<void(MachineState)>)> look;
  std::function<void(MachineState const&)> seen;  // After each look; may be empty.
  std::function<MovedBytes()> moved;              // Since the start.
  std::function<void(PolicyVerdict const&)> apply;
};

struct KeeperOptions {
  Duration tick = std::chrono::seconds{2};  // Budgets and rates.
  Duration look_interval = std::chrono::seconds{30};
  Duration save_interval = std::chrono::seconds{30};
};

class PolicyKeeper {
 public:
  PolicyKeeper(PolicyPorts ports, KeeperOptions options)
      : ports_(std::move(ports)), options_(options) {}
  ~PolicyKeeper();
  PolicyKeeper(PolicyKeeper const&) = delete;
  PolicyKeeper& operator=(PolicyKeeper const&) = delete;

  // Reads what earlier runs counted, applies what holds now and goes on by itself.
  [[nodiscard]] Result<void> start(Policy policy, MachineOverrides overrides);
  // Saves; `done` runs once that is written.
  void stop(std::function<void()> done);

  void set(Policy policy, MachineOverrides overrides);
  [[nodiscard]] Policy const& policy() const { return policy_; }
  [[nodiscard]] PolicyVerdict const& verdict() const { return verdict_; }
  [[nodiscard]] MachineState machine() const { return overridden(machine_, overrides_); }
  [[nodiscard]] MovedBytes this_month();
  [[nodiscard]] BytesPerSecond measured() const { return months_.peak(); }
  [[nodiscard]] BytesPerSecond downloading() const { return downloading_; }
  [[nodiscard]] BytesPerSecond uploading() const { return uploading_; }

 private:
  void tick();
  void count();
  void judge();
  void look();
  void save(std::function<void()> done);
  [[nodiscard]] LocalTime local() const { return ports_.local_time(ports_.clock.wall()); }

  PolicyPorts ports_;
  KeeperOptions options_;
  Policy policy_;
  MachineOverrides overrides_;
  MachineState machine_;
  PolicyVerdict verdict_;
  bool applied_ = false;
  MonthBook months_;
  std::string month_;  // Last counted in.
  MovedBytes counted_;
  TimePoint counted_at_{};
  BytesPerSecond downloading_{};
  BytesPerSecond uploading_{};
  bool changed_ = false;  // Since it was saved.
  TimePoint look_at_{};
  TimePoint save_at_{};
  TimerId timer_ = TimerId::none;
  std::shared_ptr<PolicyKeeper*> alive_ = std::make_shared<PolicyKeeper*>(this);
};

}  // namespace freshet
