// Peers over libtorrent: the Swarm of the engine.
//
// Loop only. One libtorrent session, whose disk is our store: blocks enter through the gate, reads
// come from the piece reader, hashes from what the store computed. What it is given outlives it.
// Sockets and threads are made when the first content joins. The owner calls `stop` before the loop
// ends; several may live in one process.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/loop.h"
#include "engine/base/pool.h"
#include "engine/ports/gate.h"
#include "engine/ports/log.h"
#include "engine/ports/piece_reader.h"
#include "engine/ports/stand_by.h"
#include "engine/ports/swarm.h"
#include "freshet/peers.h"
#include "peer/ban_list.h"

namespace freshet {

struct SwarmOptions : PeerOptions {
  SwarmOptions() { mode = DownloadMode::lan; }
  explicit SwarmOptions(PeerOptions options) : PeerOptions(std::move(options)) {}

  std::uint32_t connections_max = 400;
  peer::BanLimits bans;
  Duration stall_timeout = std::chrono::seconds{3};  // Requests out and no block for so long.
  // A piece that peers delivered is not verified for so long: it is asked for anew.
  Duration hold_timeout = std::chrono::seconds{3};
  // A complete content without peers for so long gives up what only downloads need.
  Duration idle_timeout = std::chrono::seconds{10};
  // Who connects says which content it wants within this.
  Duration name_timeout = std::chrono::seconds{5};
};

struct SwarmPorts {
  Loop& loop;
  Pool& pool;
  Log& log;
  Gate& gate;
  PieceReader& reader;
};

class LibtorrentSwarm final : public Swarm, public StandBy {
  struct State;

 public:
  // invalid_argument for an address that is none, and for a mode without peers.
  [[nodiscard]] static Result<std::unique_ptr<LibtorrentSwarm>> open(SwarmPorts ports,
                                                                     SwarmOptions options);
  class Key;  // Only `open` has one.
  LibtorrentSwarm(Key, std::shared_ptr<State> state);
  ~LibtorrentSwarm() override;  // Asserts that `stop` ran.

  // Ends all connections; no event comes any more. Waits for the network thread: under 2 s.
  void stop();

  // Listens if it does not yet, and runs `done` with the port once there is one; port_unavailable
  // when there is none.
  void when_listening(std::function<void(Result<std::uint16_t>)> done);

  // Connections, and the last that ended, as they are now.
  void peers(std::function<void(std::vector<PeerStatus>)> done);
  // Who is refused now; oldest first.
  [[nodiscard]] std::vector<PeerBan> bans() const;
  // Since the start, of all contents or of one.
  [[nodiscard]] ByPeerClass<PeerTraffic> traffic() const;
  [[nodiscard]] std::uint64_t contents_uploaded() const;
  // Connections, and the last that ended, as they were reported last.
  [[nodiscard]] std::vector<PeerStatus> known_peers() const;
  [[nodiscard]] ByPeerClass<PeerTraffic> traffic(ContentId const& content) const;

  // What may happen with peers, and how fast; from now on.
  void allow(PeerAllowance allowance);
  void set_class_limits(ByPeerClass<PeerLimits> const& limits);

  void set_events(SwarmEvents* events) override;
  [[nodiscard]] std::uint64_t key() const override;
  void join(SwarmSpec spec, PieceMap const& present) override;
  void leave(SpoolId spool) override;
  void set_stand_by_events(StandByEvents* events) override;
  [[nodiscard]] bool can_stand_by() const override;
  void stand_by(SpoolId spool, ContentId const& content,
                std::optional<Digest> const& sha256) override;
  void offer(SpoolId spool, PieceIndex piece) override;
  void reserve(SpoolId spool, std::vector<PieceRange> const& pieces) override;
  void claim(SpoolId spool, std::vector<Claim> const& claims) override;
  [[nodiscard]] std::uint64_t name_of(ContentId const& content) const override;
  void tell_company(std::vector<CompanyWord> const& news) override;
  void meet(Digest const& sha256, DigestWord const& ours) override;
  void part(Digest const& sha256) override;
  void ban(SourceId peer, Offence const& offence) override;
  void set_limits(BytesPerSecond download, BytesPerSecond upload) override;

 private:
  std::shared_ptr<State> state_;  // Shared with tasks posted to the loop; `stop` ends it.
};

}  // namespace freshet
