// Transfers whose decision records are looked at: one scene for each thing that can be said.
//
// One thread; virtual time.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/transfer/transfers.h"
#include "engine/transfer/why_code.h"
#include "tests/support/quiet_swarm.h"
#include "tests/support/transfer_world.h"

namespace freshet::test {

// Peers that do what a scene says.
class ScriptedSwarm final : public QuietSwarm {
 public:
  void join(SwarmSpec spec, PieceMap const&) override { spool = spec.spool; }

  [[nodiscard]] static PeerInfo peer(std::uint64_t number = 0);

  SpoolId spool = SpoolId::none;
};

struct WhyWorld : TransferWorld {
  explicit WhyWorld(std::size_t size = 1 << 20, TransferOptions const& options = {});

  // A wish at these hosts, with the content's id.
  [[nodiscard]] Wish known(std::vector<std::string> const& hosts = {"origin"}) const;
  // Peers can be met.
  void with_swarm(TransferOptions const& options = {});
  // The record once the wish has ended.
  std::string why(Wish wish);
  std::string why(WishId id);
  // The record of a known content, whose swarm says this once it was joined.
  std::string why_of_swarm(std::function<void(SwarmEvents&, SpoolId)> const& say);
  // A peer sends the whole content.
  void deliver(SourceId peer);

  std::string bytes;
  SimServer& server;
  ScriptedSwarm swarm;
};

// A scene for each code, and the words in which the record says it.
struct WhyScene {
  WhyCode code;
  std::string (*play)();
  std::string_view text;
};
[[nodiscard]] std::vector<WhyScene> why_scenes();

}  // namespace freshet::test
