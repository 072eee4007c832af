// Peers as one client sees them: the exchange of pieces that libtorrent does, over flows. Rarest
// pieces first, one piece at a time from each neighbour, everybody unchoked; what is reserved is
// not asked of peers. Claims and possession travel with the links' delay.
//
// Loop only. All swarms of a crowd know each other through one `SwarmDirectory`.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "bench/sim/flow_network.h"
#include "bench/sim/flow_store.h"
#include "bench/sim/weather.h"
#include "engine/ports/random.h"
#include "engine/ports/swarm.h"

namespace freshet::sim {

class FlowSwarm;

struct SwarmRules {
  std::uint32_t neighbours_max = 50;
  std::uint32_t upload_slots = 0;  // Neighbours that are served at a time; 0: all of them.
  Duration discovery = std::chrono::milliseconds{100};  // From joining to the first neighbours.
  Duration delay = std::chrono::milliseconds{1};        // One way, of a message.
  Duration report_interval = std::chrono::milliseconds{100};
  Duration stall_timeout = std::chrono::seconds{3};  // Then a peer that sends nothing is dropped.
  Weather weather;
};

// What a peer does to those who trust it.
enum class Manner : std::uint8_t {
  honest,
  silent,   // Offers what it has and sends nothing.
  slow,     // 64 kB in a second.
  lies,     // Sends wrong bytes.
  claims,   // Claims everything and fetches nothing.
  renames,  // Claims an eighth and fetches nothing, and is somebody else every second.
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
  std::function<bool(std::uint32_t, std::uint32_t)> may_meet;
};

// Who is there. Outlives its swarms.
class SwarmDirectory {
 public:
  explicit SwarmDirectory(Surroundings shared) : around(std::move(shared)) {}

  void enter(FlowSwarm& swarm);
  void leave(FlowSwarm& swarm);
  // Somebody that `asking` does not know and that has room, by chance; null when nobody is found.
  [[nodiscard]] FlowSwarm* stranger(FlowSwarm const& asking);

  [[nodiscard]] std::uint64_t next_connection() { return ++connections_; }

  Surroundings const around;

 private:
  [[nodiscard]] bool fits(FlowSwarm const& asking, FlowSwarm const& other) const;

  std::vector<FlowSwarm*> members_;
  std::uint64_t connections_ = 0;
};

class FlowSwarm final : public Swarm {
 public:
  FlowSwarm(SwarmDirectory& directory, FlowStore& store, std::uint32_t host,
            Manner manner = Manner::honest);
  ~FlowSwarm() override;

  [[nodiscard]] std::uint32_t host() const { return host_; }
  [[nodiscard]] bool knows(FlowSwarm const& other) const;
  [[nodiscard]] bool full() const;
  [[nodiscard]] Bytes received() const { return received_; }
  // As told to others last.
  [[nodiscard]] std::vector<Claim> const& claims() const { return claims_; }
  // Both see each other from now on.
  void join_hands(FlowSwarm& other);
  [[nodiscard]] std::vector<std::uint32_t> neighbours() const;  // Hosts.
  // Connections with these hosts end; they are made again if that can be.
  void part_where(std::function<bool(std::uint32_t)> const& far);
  // Looks for neighbours.
  void search() { search_again(std::chrono::seconds{1}); }
  // What is said from now on arrives after so long only.
  void hold_words(Duration time);
  // A piece was verified here, however it came: neighbours may ask for it.
  void verified(SpoolId spool, PieceIndex piece);

  void set_events(SwarmEvents* events) override { events_ = events; }
  [[nodiscard]] std::uint64_t key() const override { return key_; }
  void join(SwarmSpec spec, PieceMap const& present) override;
  void leave(SpoolId spool) override;
  void offer(SpoolId spool, PieceIndex piece) override;
  void reserve(SpoolId spool, std::vector<PieceRange> const& pieces) override;
  void claim(SpoolId spool, std::vector<Claim> const& claims) override;
  void ban(SourceId peer, Offence const& offence) override;
  void set_limits(BytesPerSecond, BytesPerSecond) override {}

 private:
  struct Neighbour {
    FlowSwarm* swarm = nullptr;
    SourceId id = SourceId::none;
    PieceMap has;
    bool report_has = false;
    bool waits = false;  // For it to have a place.
    std::optional<PieceIndex> asked;
    FlowId flow = FlowId::none;
    std::uint64_t connection = 0;  // The same for both.
    TimePoint said;                // When what we said last arrives there.
  };
  using Word = std::function<void(FlowSwarm&)>;

  void introduce(FlowSwarm& other, std::uint64_t connection);
  void say(Neighbour& neighbour, Word const& word);
  void search_again(Duration wait);
  void lose(std::uint32_t host);
  void part_from(std::uint32_t host);
  void hear_has(std::uint32_t host, PieceIndex piece);
  void hear_claims(std::uint32_t host, std::vector<Claim> const& claims);
  void tell(Word const& word);
  void claim_everything();
  void rename();
  void add_holder(PieceMap const& has, int change);
  void ask_all();
  void ask(Neighbour& neighbour);
  [[nodiscard]] std::optional<PieceIndex> choose(Neighbour const& neighbour);
  void arrive(std::uint32_t host);
  [[nodiscard]] bool busy() const;
  void upload_ended();
  void drop_request(Neighbour& neighbour);
  void report();
  void report_soon();
  void find_neighbours();
  [[nodiscard]] ByteRange bytes(PieceIndex piece) const;
  // Runs unless this swarm is gone by then.
  void later(Duration wait, std::function<void(FlowSwarm&)> then);

  SwarmDirectory& directory_;
  FlowStore& store_;
  std::uint32_t host_;
  Manner manner_;
  std::uint64_t key_;
  std::optional<LinkId> narrow_;  // What it sends goes through here.
  SwarmEvents* events_ = nullptr;
  std::optional<SwarmSpec> spec_;
  PieceMap present_;
  PieceMap reserved_;
  PieceMap asked_;                                 // Of a neighbour,
  PieceMap arrived_;                               // or come from one.
  std::vector<std::uint16_t> holders_;             // Neighbours that have the piece.
  std::map<std::uint32_t, Neighbour> neighbours_;  // By host.
  std::uint32_t uploads_ = 0;
  TimePoint words_held_until_{};
  std::deque<std::uint32_t> waiting_;  // Hosts.
  std::vector<Claim> claims_;
  std::uint64_t last_peer_ = kFirstPeerSource;
  Bytes received_ = 0;
  bool report_pending_ = false;
  std::shared_ptr<FlowSwarm*> alive_ = std::make_shared<FlowSwarm*>(this);
};

}  // namespace freshet::sim
