// Peers over libtorrent: the Swarm of the engine.
//
// Loop only. One libtorrent session, whose disk is our store: blocks enter through the gate, reads
// come from the piece reader, hashes from what the store computed. What it is given outlives it.
// The owner calls `stop` before the loop ends; several may live in one process.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/loop.h"
#include "engine/base/pool.h"
#include "engine/ports/gate.h"
#include "engine/ports/log.h"
#include "engine/ports/piece_reader.h"
#include "engine/ports/swarm.h"
#include "peer/mode.h"

namespace freshet {

struct SwarmOptions {
  DownloadMode mode = DownloadMode::lan;
  // "address:port", "[address]:port"; port 0 is any. Empty: every address at port 7680, or at
  // another when that one is taken.
  std::vector<std::string> listen;
  std::string group_secret;                 // Empty: no group.
  std::vector<std::string> trackers;        // For every content.
  std::vector<std::string> peers;           // "address:port"; asked for every content.
  std::vector<std::string> local_networks;  // "192.0.2.0/24"; empty: as the interfaces say.
  bool local_search = true;                 // Local service discovery, where the mode allows it.
  std::uint32_t connections_max = 400;
  BytesPerSecond lan_upload{};  // 0: no limit.
  BytesPerSecond internet_upload{};
  std::uint32_t bans_max = 1024;
  Duration stall_timeout = std::chrono::seconds{3};  // Requests out and no block for so long.
  // A piece that peers delivered is not verified for so long: it is asked for anew.
  Duration hold_timeout = std::chrono::seconds{3};
  // A complete content without peers for so long gives up what only downloads need.
  Duration idle_timeout = std::chrono::seconds{10};
};

struct SwarmPorts {
  Loop& loop;
  Pool& pool;
  Log& log;
  Gate& gate;
  PieceReader& reader;
};

class LibtorrentSwarm final : public Swarm {
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

  // Runs `done` with the port we listen on, once there is one; port_unavailable when there is none.
  void when_listening(std::function<void(Result<std::uint16_t>)> done);

  void set_events(SwarmEvents* events) override;
  [[nodiscard]] std::uint64_t key() const override;
  void join(SwarmSpec spec, PieceMap const& present) override;
  void leave(SpoolId spool) override;
  void offer(SpoolId spool, PieceIndex piece) override;
  void reserve(SpoolId spool, std::vector<PieceRange> const& pieces) override;
  void claim(SpoolId spool, std::vector<Claim> const& claims) override;
  void ban(SourceId peer, Error why) override;
  void set_limits(BytesPerSecond download, BytesPerSecond upload) override;

 private:
  std::shared_ptr<State> state_;  // Shared with tasks posted to the loop; `stop` ends it.
};

}  // namespace freshet
