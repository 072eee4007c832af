// Peers as one client sees them that fetches many contents: who has joined the same one meets, and
// takes pieces from whoever has them, over flows. What they do with contents is told once between
// any two, as long as they share a connection.
//
// Loop only. All swarms of a crowd know each other through one `FilesDirectory`.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/sim/flow_network.h"
#include "bench/sim/flow_store.h"
#include "engine/ports/random.h"
#include "engine/ports/swarm.h"
#include "tests/support/sim_loop.h"

namespace freshet::sim {

class FilesSwarm;

struct FilesDirectory {
  test::SimLoop& loop;
  FlowNetwork& network;
  Random& random;
  std::function<std::vector<LinkId>(std::uint32_t from, std::uint32_t to)> path;
  Duration discovery = std::chrono::milliseconds{30};  // From joining to the first peers.
  Duration connect = std::chrono::milliseconds{10};    // To one whose address is known.
  Duration delay = std::chrono::milliseconds{1};       // One way, of a message.
  Duration gather = std::chrono::milliseconds{20};     // Of what we do with contents.
  std::map<std::uint32_t, FilesSwarm*> members;        // By host.
};

class FilesSwarm final : public Swarm {
 public:
  FilesSwarm(FilesDirectory& directory, FlowStore& store, std::uint32_t host, bool serves = true);
  ~FilesSwarm() override;

  void verified(SpoolId spool, PieceIndex piece);
  // Connections made so far, ended ones included.
  [[nodiscard]] std::uint32_t connections() const { return connections_; }

  void set_events(SwarmEvents* events) override { events_ = events; }
  [[nodiscard]] std::uint64_t key() const override { return key_; }
  void join(SwarmSpec spec, PieceMap const& present) override;
  void leave(SpoolId spool) override;
  void offer(SpoolId spool, PieceIndex piece) override { verified(spool, piece); }
  void reserve(SpoolId, std::vector<PieceRange> const&) override {}
  void claim(SpoolId spool, std::vector<Claim> const& claims) override;
  void ban(SourceId, Offence const&) override {}
  void set_limits(BytesPerSecond, BytesPerSecond) override {}
  void tell_company(std::vector<CompanyWord> const& news) override;

 private:
  struct Neighbour {
    SourceId id = SourceId::none;
    PieceMap has;
    std::vector<Claim> claims;
  };
  struct Joined {
    SwarmSpec spec;
    PieceMap present;
    PieceMap asked;
    std::map<std::uint32_t, Neighbour> neighbours;  // By host.
  };
  [[nodiscard]] Joined* of(ContentId const& content);
  [[nodiscard]] PeerInfo info_of(FilesSwarm const& other, SourceId id) const;
  void find(ContentId const& content);
  void join_hands(ContentId const& content, FilesSwarm& other);
  void introduce(Joined& joined, FilesSwarm& other);
  void lose(ContentId const& content, std::uint32_t host);
  void hear_company(FilesSwarm const& from, bool anew, std::vector<CompanyWord> const& words);
  void hear_has(ContentId const& content, std::uint32_t host, PieceIndex piece);
  void ask(Joined& joined);
  void take(Joined& joined, std::uint32_t host, PieceIndex piece);
  void arrive(ContentId const& content, std::uint32_t host, PieceIndex piece);
  // Runs unless this swarm is gone by then.
  void later(Duration wait, std::function<void(FilesSwarm&)> then);

  FilesDirectory& directory_;
  FlowStore& store_;
  std::uint32_t host_;
  bool serves_;
  std::uint64_t key_;
  SwarmEvents* events_ = nullptr;
  std::map<SpoolId, Joined> joined_;
  std::map<std::uint32_t, std::uint32_t> links_;  // By host: contents at which we are connected.
  std::map<std::uint64_t, CompanyWord::Kind> says_;
  std::vector<CompanyWord> news_;
  std::uint64_t last_peer_ = kFirstPeerSource;
  std::uint32_t connections_ = 0;
  std::shared_ptr<FilesSwarm*> alive_ = std::make_shared<FilesSwarm*>(this);
};

}  // namespace freshet::sim
