// A swarm in which nobody is: what a test needs of it, it overrides.
#pragma once

#include "engine/ports/swarm.h"

namespace freshet::test {

class QuietSwarm : public Swarm {
 public:
  void set_events(SwarmEvents* to) override { events = to; }
  [[nodiscard]] std::uint64_t key() const override { return 1; }
  void join(SwarmSpec, PieceMap const&) override {}
  void leave(SpoolId) override {}
  void offer(SpoolId, PieceIndex) override {}
  void reserve(SpoolId, std::vector<PieceRange> const&) override {}
  void claim(SpoolId, std::vector<Claim> const&) override {}
  void ban(SourceId, Offence const&) override {}
  void set_limits(BytesPerSecond, BytesPerSecond) override {}

  SwarmEvents* events = nullptr;
};

}  // namespace freshet::test
