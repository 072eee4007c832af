// Peers that say which content has a SHA-256, and send it: in virtual time, as a test tells them.
//
// One thread. Outlives the transfers it is given to.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/ports/swarm.h"
#include "tests/support/transfer_world.h"

namespace freshet::test {

class TellingSwarm final : public Swarm {
 public:
  explicit TellingSwarm(TransferWorld& world) : world_(world) {}

  // A peer that has these bytes, and says that they are what everyone looks for.
  struct Holder {
    std::string bytes;
    std::uint32_t pieces_max = ~0U;  // Then it leaves.
    Duration piece_time = std::chrono::milliseconds{1};
    Duration answer_time = std::chrono::milliseconds{10};
    bool silent = false;  // It says that it has everything, and gives not even the piece layer.
  };
  void add(std::uint64_t number, Holder holder);
  // Says this word to whoever asks, now and later.
  void say(std::uint64_t number, DigestWord const& word);
  [[nodiscard]] static PeerInfo peer(std::uint64_t number);

  void set_events(SwarmEvents* to) override { events_ = to; }
  [[nodiscard]] std::uint64_t key() const override { return 50; }
  void join(SwarmSpec spec, PieceMap const& present) override;
  void leave(SpoolId spool) override { left.push_back(spool); }
  void offer(SpoolId, PieceIndex piece) override { offered.push_back(piece); }
  void reserve(SpoolId, std::vector<PieceRange> const&) override {}
  void claim(SpoolId, std::vector<Claim> const&) override {}
  void meet(Digest const& sha256, DigestWord const& ours) override;
  void part(Digest const& sha256) override { meetings_.erase(sha256); }
  void ban(SourceId who, Offence const& offence) override { banned.emplace(who, offence); }
  void set_limits(BytesPerSecond, BytesPerSecond) override {}

  std::vector<SwarmSpec> joined;
  std::vector<SpoolId> left;
  std::vector<PieceIndex> offered;
  std::map<SourceId, Offence> banned;
  std::vector<DigestWord> said;  // By us.
  [[nodiscard]] bool meets(Digest const& sha256) const { return meetings_.contains(sha256); }

 private:
  void later(Duration wait, std::function<void()> act);
  void greet(std::uint64_t number);
  void send(std::uint64_t number, SpoolId spool, std::uint32_t piece);
  [[nodiscard]] bool gone(SpoolId spool) const;

  TransferWorld& world_;
  SwarmEvents* events_ = nullptr;
  std::map<std::uint64_t, Holder> holders_;
  std::map<std::uint64_t, DigestWord> words_;
  std::set<Digest> meetings_;
};

}  // namespace freshet::test
