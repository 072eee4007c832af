// Peers that have whole contents, and send pieces of them in virtual time: rightly, wrongly, or not
// at all, as they are told. What one connection brings keeps its order; what several bring may come
// in any.
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
  Duration met_after = std::chrono::milliseconds{5};
  Duration jitter{};         // Each thing that it says takes up to so much longer.
  bool meets_twice = false;  // Over two connections, of which one ends: the first or the second.
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

  // By the order in which they were added.
  [[nodiscard]] std::set<std::size_t> const& banned() const { return banned_; }
  [[nodiscard]] bool lies(std::size_t number) const { return peers_[number].lies; }

 private:
  struct Connection {
    TimePoint arrives;  // What was said last.
    std::optional<PieceIndex> asked;
  };
  struct Spool {
    std::shared_ptr<Manifest const> manifest;  // Null: it is asked for.
    PieceMap gone;                             // Present, sent by somebody, or on its way.
    std::vector<PieceRange> reserved;
    std::map<PieceIndex, SourceId> sender;
    std::uint64_t joined = 0;  // Tells one joining from the next.
    std::map<SourceId, Connection> open;
  };
  using Act = std::function<void(Spool&)>;
  static constexpr std::uint64_t kSecond = 1000;  // Added to the id of a second connection.

  [[nodiscard]] static SourceId id_of(std::size_t number, bool again = false) {
    return SourceId{kFirstPeerSource + number + (again ? kSecond : 0)};
  }
  [[nodiscard]] static std::size_t number_of(SourceId who) {
    return (static_cast<std::uint64_t>(who) - kFirstPeerSource) % kSecond;
  }
  [[nodiscard]] Duration some(Duration most);
  void later(SpoolId spool, Duration wait, Act act);
  void say(SpoolId spool, SourceId who, Duration wait, Act act);
  void announce(SpoolId spool, std::size_t number);
  void greet(SpoolId spool, SourceId who);
  void tell_all(SpoolId spool, SourceId who);
  void ask(SpoolId spool, SourceId who, std::uint32_t sent);
  void send(SpoolId spool, SourceId who, PieceIndex piece);
  void hang_up(SpoolId spool, SourceId who, Error why);
  [[nodiscard]] std::optional<PieceIndex> choose(Spool const& spool);

  SimLoop& loop_;
  Random& random_;
  Gate* gate_ = nullptr;
  SwarmEvents* events_ = nullptr;
  std::vector<SimPeer> peers_;
  std::map<SpoolId, Spool> spools_;
  std::set<std::size_t> banned_;
  std::uint64_t joinings_ = 0;
};

}  // namespace freshet::test
