// Peers as one client sees them: the exchange of pieces that libtorrent does, over flows. Rarest
// pieces first, one piece at a time from each neighbour, everybody unchoked; what is reserved is
// not asked of peers. Claims and possession travel with the links' delay.
//
// Loop only. All swarms of a crowd know each other through one `SwarmDirectory`.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "bench/sim/flow_network.h"
#include "bench/sim/flow_store.h"
#include "engine/ports/random.h"
#include "engine/ports/swarm.h"

namespace freshet::sim {

class FlowSwarm;

struct SwarmRules {
  std::uint32_t neighbours_max = 50;
  Duration discovery = std::chrono::milliseconds{100};  // From joining to the first neighbours.
  Duration delay = std::chrono::milliseconds{1};        // One way, of a message.
  Duration report_interval = std::chrono::milliseconds{100};
};

// By which links bytes go from one host to another.
using HostPath = std::function<std::vector<LinkId>(std::uint32_t from, std::uint32_t to)>;

// What all swarms of a crowd share.
struct Surroundings {
  test::SimLoop& loop;
  FlowNetwork& network;
  Random& random;
  SwarmRules rules;
  HostPath path;
};

// Who is there. Outlives its swarms.
class SwarmDirectory {
 public:
  explicit SwarmDirectory(Surroundings shared) : around(std::move(shared)) {}

  void enter(FlowSwarm& swarm);
  void leave(FlowSwarm& swarm);
  // Somebody that `asking` does not know and that has room, by chance; null when nobody is found.
  [[nodiscard]] FlowSwarm* stranger(FlowSwarm const& asking);

  Surroundings const around;

 private:
  std::vector<FlowSwarm*> members_;
};

class FlowSwarm final : public Swarm {
 public:
  FlowSwarm(SwarmDirectory& directory, FlowStore& store, std::uint32_t host);
  ~FlowSwarm() override;

  [[nodiscard]] std::uint32_t host() const { return host_; }
  [[nodiscard]] bool knows(FlowSwarm const& other) const;
  [[nodiscard]] bool full() const;
  [[nodiscard]] Bytes received() const { return received_; }
  // Both see each other from now on.
  void meet(FlowSwarm& other);
  // A piece was verified here, however it came: neighbours may ask for it.
  void verified(SpoolId spool, PieceIndex piece);

  void set_events(SwarmEvents* events) override { events_ = events; }
  [[nodiscard]] std::uint64_t key() const override { return key_; }
  void join(SwarmSpec spec, PieceMap const& present) override;
  void leave(SpoolId spool) override;
  void offer(SpoolId spool, PieceIndex piece) override;
  void reserve(SpoolId spool, std::vector<PieceRange> const& pieces) override;
  void claim(SpoolId spool, std::vector<Claim> const& claims) override;
  void ban(SourceId, Error) override {}  // Nobody lies here.
  void set_limits(BytesPerSecond, BytesPerSecond) override {}

 private:
  struct Neighbour {
    FlowSwarm* swarm = nullptr;
    SourceId id = SourceId::none;
    PieceMap has;
    bool report_has = false;
    std::optional<PieceIndex> asked;
    FlowId flow = FlowId::none;
  };

  void introduce(FlowSwarm& other);
  void lose(FlowSwarm& other);
  void hear_has(FlowSwarm& from, PieceIndex piece);
  void hear_claims(FlowSwarm& from, std::vector<Claim> const& claims);
  void ask_all();
  void ask(Neighbour& neighbour);
  [[nodiscard]] std::optional<PieceIndex> choose(Neighbour const& neighbour);
  void arrive(std::uint32_t host);
  void report();
  void report_soon();
  void find_neighbours();
  [[nodiscard]] ByteRange bytes(PieceIndex piece) const;
  // Runs unless this swarm is gone by then.
  void later(Duration wait, std::function<void(FlowSwarm&)> then);

  SwarmDirectory& directory_;
  FlowStore& store_;
  std::uint32_t host_;
  std::uint64_t key_;
  SwarmEvents* events_ = nullptr;
  std::optional<SwarmSpec> spec_;
  PieceMap present_;
  PieceMap blocked_;  // Asked of a neighbour, arrived from one, or reserved for the origin.
  PieceMap reserved_;
  PieceMap arrived_;
  std::vector<std::uint16_t> holders_;             // Neighbours that have the piece.
  std::map<std::uint32_t, Neighbour> neighbours_;  // By host.
  std::vector<Claim> claims_;
  std::uint64_t last_peer_ = kFirstPeerSource;
  Bytes received_ = 0;
  bool report_pending_ = false;
  std::shared_ptr<FlowSwarm*> alive_ = std::make_shared<FlowSwarm*>(this);
};

}  // namespace freshet::sim
