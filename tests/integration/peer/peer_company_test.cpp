// What peers tell each other of many contents, over whatever connection they have.
#include <catch2/catch.hpp>

#include "tests/integration/peer/swarm_host.h"

using namespace freshet;
using namespace freshet::test;

namespace {

using Kind = CompanyWord::Kind;
using Says = std::map<std::uint64_t, Kind>;

SwarmOptions in_group(std::string secret) {
  SwarmOptions options;
  options.mode = DownloadMode::group;
  options.group_secret = std::move(secret);
  return options;
}

void tell(SwarmHost& host, std::vector<CompanyWord> const& words) {
  host.on_loop([&] { host.swarm().tell_company(words); });
}

bool hears(SwarmHost const& host, std::uint64_t key, Says const& says) {
  return host.wait_until([&](auto const& heard) {
    auto const found = heard.company.find(key);
    return found != heard.company.end() && found->second == says;
  });
}

}  // namespace

TEST_CASE("peers that meet at one content hear of many and of what changes until they part",
          "[peer]") {
  for (std::string const secret : {"", "the secret of the group"}) {
    auto const options = secret.empty() ? SwarmOptions{} : in_group(secret);
    auto const bytes = some_bytes(100'000);
    SwarmHost giver("127.0.0.2", options);
    SwarmHost taker("127.0.0.3", options);
    auto const key = giver.swarm().key();
    tell(giver, {{1, Kind::wants}, {2, Kind::fetches}, {3, Kind::wants}});

    giver.share(manifest_of(bytes), bytes);
    taker.get(manifest_of(bytes), {giver.endpoint()});
    CHECK(hears(taker, key, {{1, Kind::wants}, {2, Kind::fetches}, {3, Kind::wants}}));
    tell(giver, {{2, Kind::has}, {3, Kind::leaves}});
    CHECK(hears(taker, key, {{1, Kind::wants}, {2, Kind::has}}));
    CHECK(hears(giver, taker.swarm().key(), {}));

    giver.stop();
    CHECK(taker.wait_until([&](auto const& heard) { return !heard.company.contains(key); }));
  }
}

TEST_CASE("what a content is called depends on the group", "[peer]") {
  auto const content = manifest_of(some_bytes(100'000))->content;
  SwarmHost open("127.0.0.2");
  SwarmHost one("127.0.0.3", in_group("one"));
  SwarmHost other("127.0.0.4", in_group("other"));
  CHECK(one.swarm().name_of(content) == one.swarm().name_of(content));
  CHECK(one.swarm().name_of(content) != other.swarm().name_of(content));
  CHECK(one.swarm().name_of(content) != open.swarm().name_of(content));
}

TEST_CASE("two who have all of a small content part but for the connection that tells of others",
          "[peer]") {
  auto const bytes = some_bytes(100'000);
  auto const more = some_bytes(100'001);
  SwarmHost giver("127.0.0.2");
  SwarmHost taker("127.0.0.3");
  SpoolId const second{2};
  giver.share(manifest_of(bytes), bytes);
  giver.store.add(second, manifest_of(more), more);
  taker.store.add(second, manifest_of(more));
  auto const spec_of = [&](std::vector<std::string> peers) {
    SwarmSpec spec;
    spec.spool = second;
    spec.content = manifest_of(more)->content;
    spec.manifest = manifest_of(more);
    spec.peers = std::move(peers);
    spec.among_known = true;
    return spec;
  };
  PieceMap all(1);
  all.set(PieceIndex{0});
  giver.on_loop([&] { giver.swarm().join(spec_of({}), all); });
  taker.get(manifest_of(bytes), {giver.endpoint()});
  REQUIRE(hears(taker, giver.swarm().key(), {}));
  taker.on_loop([&] { taker.swarm().join(spec_of({giver.endpoint()}), PieceMap(1)); });

  REQUIRE(taker.store.wait_for_all(second));
  CHECK(taker.wait_until([](auto const& heard) { return heard.gone.size() == 1; }));
  CHECK(taker.heard().company.size() == 1);
}
