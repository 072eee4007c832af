// Data in motion at the level of flows: links have rates, flows share them max-min fairly, the way
// many TCP connections do in the long run. No packets.
//
// Virtual time on a SimLoop, one thread. Rates change when a flow begins or ends; all changes of
// one instant are settled together: exactly up to `exact_flows_max` flows, and above it around what
// changed, to within a hundredth.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <queue>
#include <vector>

#include "tests/support/sim_loop.h"

namespace freshet::sim {

enum class LinkId : std::uint32_t {};
enum class FlowId : std::uint64_t { none = 0 };

class FlowNetwork {
 public:
  explicit FlowNetwork(test::SimLoop& loop, std::size_t exact_flows_max = 400)
      : loop_(loop), exact_flows_max_(exact_flows_max) {}
  ~FlowNetwork();
  FlowNetwork(FlowNetwork const&) = delete;
  FlowNetwork& operator=(FlowNetwork const&) = delete;

  LinkId add_link(double bytes_per_second);
  // From now on; at least one byte a second.
  void set_capacity(LinkId link, double bytes_per_second);
  // `done` runs on the loop when the last byte has arrived. A path without links is instantaneous.
  FlowId start(std::vector<LinkId> path, double bytes, std::function<void()> done);
  // How long the flow is in all. One that has moved as much is done at once.
  void resize(FlowId flow, double bytes);
  // It ends where it is, and `done` never runs. An unknown flow is ignored.
  void cancel(FlowId flow);

  [[nodiscard]] double moved(FlowId flow) const;
  [[nodiscard]] double rate(FlowId flow) const;  // Settled with the next turn of the loop.
  [[nodiscard]] double carried(LinkId link) const;
  [[nodiscard]] std::size_t flows() const { return flows_count_; }
  [[nodiscard]] std::size_t flows(LinkId link) const { return at(link).flows.size(); }

 private:
  using Slot = std::uint32_t;
  static constexpr double kUnbound = std::numeric_limits<double>::infinity();

  struct Link {
    double capacity = 0;
    double carried = 0;
    std::vector<Slot> flows;
    double level = kUnbound;  // What one flow gets here at most.
    bool waits = false;       // To be settled.
    // While all rates are being found.
    double left = 0;
    std::uint32_t unsettled = 0;
  };
  struct Flow {
    FlowId id = FlowId::none;
    std::vector<LinkId> path;
    double bytes = 0;
    double moved = 0;
    double rate = 0;
    TimePoint since;  // `moved` is of then.
    std::function<void()> done;
    std::uint32_t schedule = 0;  // Only the last one counts.
    bool settled = false;
  };
  struct Due {
    TimePoint when;
    Slot slot = 0;
    FlowId id = FlowId::none;
    std::uint32_t schedule = 0;
    bool operator>(Due const& other) const { return when > other.when; }
  };

  [[nodiscard]] Link& at(LinkId id) { return links_[static_cast<std::uint32_t>(id)]; }
  [[nodiscard]] Link const& at(LinkId id) const { return links_[static_cast<std::uint32_t>(id)]; }
  [[nodiscard]] Flow* find(FlowId id);
  [[nodiscard]] Flow const* find(FlowId id) const;
  [[nodiscard]] double moved_by_now(Flow const& flow) const;
  void catch_up(Flow& flow);
  void remove(Slot slot);
  void change(std::vector<LinkId> const& links);
  void settle();
  void settle_fairly();
  void fill(Link const& tightest, double share);
  void settle_around();
  [[nodiscard]] double level_of(LinkId id);
  [[nodiscard]] double share_elsewhere(Flow const& flow, LinkId here) const;
  void spread(LinkId id, double before);
  void wait(LinkId id);
  void set_rate(Slot slot, double rate);
  void schedule(Slot slot);
  [[nodiscard]] bool stale(Due const& due) const;
  void arm();
  void finish_due();

  test::SimLoop& loop_;
  std::size_t exact_flows_max_;
  std::vector<Link> links_;
  std::vector<Flow> flows_;
  std::vector<Slot> free_;
  std::size_t flows_count_ = 0;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::vector<LinkId> changed_;
  std::vector<LinkId> waiting_;
  std::vector<Slot> touched_;
  std::vector<double> shares_;
  bool settling_ = false;
  TimerId timer_ = TimerId::none;
  TimePoint armed_for_;
  std::uint64_t last_flow_ = 0;
  std::shared_ptr<FlowNetwork*> alive_ = std::make_shared<FlowNetwork*>(this);
};

}  // namespace freshet::sim
