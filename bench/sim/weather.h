// What happens to the network of a crowd meanwhile: what is said by different peers comes in any
// order, announcements are lost, connections end, and for a while hosts are cut off from each
// other, are heard by nobody, or are slow.
//
// Loop only. Lives as long as its crowd.
#pragma once

#include <functional>
#include <vector>

#include "bench/sim/flow_network.h"
#include "engine/ports/random.h"

namespace freshet::sim {

class FlowSwarm;

struct Span {
  Duration from{};
  Duration length{};  // 0: never.
};

struct Weather {
  Duration jitter{};  // What is said takes up to so much longer; a connection keeps its order.
  std::uint32_t announces_lost_percent = 0;  // The next one is made after 1 s, 2 s, 4 s.
  Duration drops{};  // From one connection that ends to the next; 0: none does.
  Span partition;    // Even and odd hosts cannot reach each other.
  Span one_way;      // Nothing that the first host sends arrives.
  Span slow;         // Half of the hosts have a twentieth of their links.

  [[nodiscard]] bool any() const;
};

class Storm {
 public:
  struct Ground {
    test::SimLoop& loop;
    Random& random;
    std::function<std::vector<FlowSwarm*>()> swarms;  // Of those who are there.
    // So much of its links is left to a host.
    std::function<void(std::uint32_t host, double up, double down)> shape;
  };
  Storm(Weather const& weather, Ground ground);

  [[nodiscard]] bool parted(std::uint32_t one, std::uint32_t other) const {
    return parted_ && one % 2 != other % 2;
  }

 private:
  using Act = void (Storm::*)();
  void during(Span span, Act begin, Act end);
  void after(Duration wait, Act act);
  void drop_one();
  void part();
  void unite();
  void mute();
  void give_up_muted();
  void unmute();
  void slow_down();
  void speed_up();
  [[nodiscard]] FlowSwarm* first() const;
  void shape_half(double share);

  Weather weather_;
  Ground ground_;
  bool parted_ = false;
};

}  // namespace freshet::sim
