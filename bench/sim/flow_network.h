// Data in motion at the level of flows: links have rates, flows share them max-min fairly, the way
// many TCP connections do in the long run. No packets.
//
// Virtual time on a SimLoop, one thread. Rates change when a flow begins or ends; all changes of
// one instant are settled together. Above `exact_flows_max` flows each flow gets the smallest equal
// share along its path instead, which costs less and leaves some capacity unused.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "tests/support/sim_loop.h"

namespace freshet::sim {

enum class LinkId : std::uint32_t {};
enum class FlowId : std::uint64_t { none = 0 };

class FlowNetwork {
 public:
  explicit FlowNetwork(test::SimLoop& loop, std::size_t exact_flows_max = 4000)
      : loop_(loop), exact_flows_max_(exact_flows_max) {}
  ~FlowNetwork();
  FlowNetwork(FlowNetwork const&) = delete;
  FlowNetwork& operator=(FlowNetwork const&) = delete;

  LinkId add_link(double bytes_per_second);
  // `done` runs on the loop when the last byte has arrived. A path without links is instantaneous.
  FlowId start(std::vector<LinkId> path, double bytes, std::function<void()> done);
  // How long the flow is in all. One that has moved as much is done at once.
  void resize(FlowId flow, double bytes);
  // It ends where it is, and `done` never runs. An unknown flow is ignored.
  void cancel(FlowId flow);

  [[nodiscard]] double moved(FlowId flow) const;
  [[nodiscard]] double rate(FlowId flow) const;  // Settled with the next turn of the loop.
  [[nodiscard]] double carried(LinkId link) const;
  [[nodiscard]] std::size_t flows() const { return flows_.size(); }

 private:
  struct Link {
    double capacity = 0;
    double carried = 0;
    std::vector<FlowId> flows;
    // While rates are being found.
    double left = 0;
    std::uint32_t unsettled = 0;
  };
  struct Flow {
    std::vector<LinkId> path;
    double bytes = 0;
    double moved = 0;
    double rate = 0;
    TimePoint since;  // `moved` is of then.
    std::function<void()> done;
    std::multimap<TimePoint, FlowId>::iterator due;
    bool scheduled = false;
    bool settled = false;
  };

  [[nodiscard]] Link& link(LinkId id) { return links_[static_cast<std::uint32_t>(id)]; }
  [[nodiscard]] double moved_by_now(Flow const& flow) const;
  void catch_up(Flow& flow);
  void detach(FlowId id, Flow& flow);
  void change(std::vector<LinkId> const& links);
  void settle();
  void settle_fairly();
  void fill(LinkId tightest, double share);
  void settle_locally();
  void set_rate(FlowId id, Flow& flow, double rate);
  void schedule(FlowId id, Flow& flow);
  void arm();
  void finish_due();

  test::SimLoop& loop_;
  std::size_t exact_flows_max_;
  std::vector<Link> links_;
  std::unordered_map<FlowId, Flow> flows_;
  std::multimap<TimePoint, FlowId> due_;
  std::vector<LinkId> changed_;
  bool settling_ = false;
  TimerId timer_ = TimerId::none;
  TimePoint armed_for_;
  std::uint64_t last_flow_ = 0;
  std::shared_ptr<FlowNetwork*> alive_ = std::make_shared<FlowNetwork*>(this);
};

}  // namespace freshet::sim
