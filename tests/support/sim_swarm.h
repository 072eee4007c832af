// Peers that have whole contents, and send pieces of them in virtual time: rightly, wrongly, or not
// at all, as they are told.
//
// One thread. Outlives the transfers it is given to. Pieces go through the gate like real ones.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/ports/gate.h"
#include "engine/ports/swarm.h"
#include "tests/support/sim_loop.h"

namespace freshet::test {

struct SimPeer {
  std::shared_ptr<std::string const> bytes;
  std::shared_ptr<Manifest const> manifest;
  Duration piece_time = std::chrono::milliseconds{10};
  bool lies = false;               // A byte of each piece is wrong.
  bool stalls = false;             // Is asked for one piece and never sends it.
  bool claims = false;             // Claims all that there is, again and again.
  std::uint32_t pieces_max = ~0U;  // Then it leaves.
};

class SimSwarm final : public Swarm {
 public:
  SimSwarm(SimLoop& loop, Random& random) : loop_(loop), random_(random) {}
  void set_gate(Gate& gate) { gate_ = &gate; }
  // Whoever joins its content meets it.
  void add(SimPeer peer);

  void set_events(SwarmEvents* to) override { events_ = to; }
  [[nodiscard]] std::uint64_t key() const override { return 50; }
  void join(SwarmSpec spec, PieceMap const& present) override;
  void leave(SpoolId spool) override { spools_.erase(spool); }
  void offer(SpoolId spool, PieceIndex piece) override;
  void reserve(SpoolId spool, std::vector<PieceRange> const& pieces) override;
  void claim(SpoolId, std::vector<Claim> const&) override {}
  void ban(SourceId who, Offence const& offence) override;
  void set_limits(BytesPerSecond, BytesPerSecond) override {}

  [[nodiscard]] std::set<SourceId> const& banned() const { return banned_; }
  [[nodiscard]] bool lies(SourceId who) const;

 private:
  struct Spool {
    std::shared_ptr<Manifest const> manifest;  // Null: it is asked for.
    PieceMap gone;                             // Present, sent by somebody, or on its way.
    std::vector<PieceRange> reserved;
    std::map<PieceIndex, SourceId> sender;
    std::uint64_t joined = 0;  // Tells one joining from the next.
  };
  void later(SpoolId spool, Duration wait, std::function<void(Spool&)> act);
  void greet(SpoolId spool, SourceId who);
  void ask(SpoolId spool, SourceId who, std::uint32_t sent);
  void send(SpoolId spool, SourceId who, PieceIndex piece);
  [[nodiscard]] std::optional<PieceIndex> choose(Spool const& spool);

  SimLoop& loop_;
  Random& random_;
  Gate* gate_ = nullptr;
  SwarmEvents* events_ = nullptr;
  std::map<SourceId, SimPeer> peers_;
  std::map<SpoolId, Spool> spools_;
  std::set<SourceId> banned_;
  std::uint64_t joinings_ = 0;
};

}  // namespace freshet::test
