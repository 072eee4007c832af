#include "tests/unit/transfer/why_world.h"

#include <span>

#include <catch2/catch.hpp>

namespace freshet::test {

PeerInfo ScriptedSwarm::peer(std::uint64_t number) {
  PeerInfo peer;
  peer.id = SourceId{kFirstPeerSource + number};
  peer.address = "192.0.2." + std::to_string(number + 1) + ":7680";
  peer.client = "Freshet/0.1";
  peer.speaks_claims = true;
  peer.key = number + 100;
  return peer;
}

WhyWorld::WhyWorld(std::size_t size, TransferOptions const& options)
    : TransferWorld(1, options), bytes(sim_bytes(size)), server(serve("origin", bytes)) {}

Wish WhyWorld::known(std::vector<std::string> const& hosts) const {
  auto made = TransferWorld::wish(hosts);
  made.file.content = manifest_of(bytes)->content;
  return made;
}

void WhyWorld::with_swarm(TransferOptions const& options) {
  transfers.reset();  // It tells the ports to forget their listener.
  transfers = std::make_unique<Transfers>(
      TransferPorts{loop, loop, random, log, store, origin, &swarm}, options);
}

std::string WhyWorld::why(WishId id) {
  REQUIRE(run(id));
  return transfers->why(id);
}

std::string WhyWorld::why(Wish wish) {
  return why(want(std::move(wish)));
}

std::string WhyWorld::why_of_swarm(std::function<void(SwarmEvents&, SpoolId)> const& say) {
  with_swarm();
  server.rate = 100'000;
  auto const id = want(known());
  loop.run_until([&] { return swarm.spool != SpoolId::none; }, std::chrono::seconds{1});
  REQUIRE(swarm.events != nullptr);
  say(*swarm.events, swarm.spool);
  auto const record = why(id);
  transfers.reset();  // Before the swarm.
  return record;
}

void WhyWorld::deliver(SourceId peer) {
  auto const stream = store.gate().open(swarm.spool, peer, 0, [] {});
  REQUIRE(stream->write(std::as_bytes(std::span(bytes))));
  stream->finish();
}

}  // namespace freshet::test
