#include "bench/sim/weather.h"

#include <utility>

#include "bench/sim/flow_swarm.h"

namespace freshet::sim {

namespace {

constexpr double kSlowShare = 0.05;
// Who hears nothing for so long hangs up.
constexpr Duration kStalled = std::chrono::seconds{3};

}  // namespace

bool Weather::any() const {
  return jitter > Duration{} || announces_lost_percent > 0 || drops > Duration{} ||
         partition.length > Duration{} || one_way.length > Duration{} || slow.length > Duration{};
}

Storm::Storm(Weather const& weather, Ground ground)
    : weather_(weather), ground_(std::move(ground)) {
  if (weather_.drops > Duration{}) after(weather_.drops, &Storm::drop_one);
  during(weather_.partition, &Storm::part, &Storm::unite);
  during(weather_.one_way, &Storm::mute, &Storm::unmute);
  if (weather_.one_way.length > kStalled) {
    after(weather_.one_way.from + kStalled, &Storm::give_up_muted);
  }
  during(weather_.slow, &Storm::slow_down, &Storm::speed_up);
}

void Storm::after(Duration wait, Act act) {
  static_cast<void>(ground_.loop.at(ground_.loop.now() + wait, [this, act] { (this->*act)(); }));
}

void Storm::during(Span span, Act begin, Act end) {
  if (span.length <= Duration{}) return;
  after(span.from, begin);
  after(span.from + span.length, end);
}

void Storm::drop_one() {
  auto const swarms = ground_.swarms();
  if (!swarms.empty()) {
    auto& unlucky = *swarms[below(ground_.random, swarms.size())];
    auto const hosts = unlucky.neighbours();
    auto const lost = hosts.empty() ? 0 : hosts[below(ground_.random, hosts.size())];
    unlucky.part_where([lost](std::uint32_t host) { return host == lost; });
  }
  after(weather_.drops, &Storm::drop_one);
}

void Storm::part() {
  parted_ = true;
  for (auto* const swarm : ground_.swarms()) {
    swarm->part_where([&](std::uint32_t host) { return parted(swarm->host(), host); });
  }
}

void Storm::unite() {
  parted_ = false;
  for (auto* const swarm : ground_.swarms()) swarm->search();
}

FlowSwarm* Storm::first() const {
  for (auto* const swarm : ground_.swarms()) {
    if (swarm->host() == 0) return swarm;
  }
  return nullptr;
}

void Storm::mute() {
  ground_.shape(0, 0, 1);
  if (auto* const swarm = first()) swarm->hold_words(weather_.one_way.length);
}

void Storm::give_up_muted() {
  auto* const swarm = first();
  if (swarm != nullptr) swarm->part_where([](std::uint32_t) { return true; });
}

void Storm::unmute() {
  ground_.shape(0, 1, 1);
  if (auto* const swarm = first()) swarm->search();
}

void Storm::shape_half(double share) {
  for (auto* const swarm : ground_.swarms()) {
    if (swarm->host() % 2 == 1) ground_.shape(swarm->host(), share, share);
  }
}

void Storm::slow_down() {
  shape_half(kSlowShare);
}

void Storm::speed_up() {
  shape_half(1);
}

}  // namespace freshet::sim
