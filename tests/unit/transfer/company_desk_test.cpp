// Which transfers begin when peers say what they do with the same contents.
#include "engine/transfer/company_desk.h"

#include <catch2/catch.hpp>

#include "tests/support/quiet_swarm.h"
#include "tests/support/transfer_world.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

using Kind = CompanyWord::Kind;

constexpr std::size_t kSize = 256 * 1024;

// Remembers what we say, and what joined; says what a test wants to be said.
class SayingSwarm final : public QuietSwarm {
 public:
  [[nodiscard]] std::uint64_t key() const override { return 50; }
  void join(SwarmSpec spec, PieceMap const&) override { joined.push_back(std::move(spec)); }
  void tell_company(std::vector<CompanyWord> const& news) override {
    for (auto const& word : news) said[word.name].push_back(word.kind);
  }

  void hear(std::vector<CompanyWord> const& words) {
    PeerInfo peer;
    peer.key = 7;
    peer.address = "192.0.2.7:7680";
    events->on_company(peer, false, words);
  }

  std::map<std::uint64_t, std::vector<Kind>> said;
  std::vector<SwarmSpec> joined;
};

// Files at an origin each, that brings one in a quarter of a second.
struct Files {
  explicit Files(std::size_t count, Bytes size = kSize) {
    world.transfers.reset();  // It tells the ports to forget their listener.
    world.transfers =
        std::make_unique<Transfers>(TransferPorts{world.loop, world.loop, world.random, world.log,
                                                  world.store, world.origin, &swarm},
                                    TransferOptions{});
    for (std::size_t i = 0; i < count; ++i) {
      std::string const host(1, static_cast<char>('a' + i));
      bytes[host] = sim_bytes(size, i);
      world.origin.server(host).rate = 1e6;
      world.serve(host, bytes[host]);
    }
  }
  ~Files() { world.transfers.reset(); }

  [[nodiscard]] std::uint64_t name(std::string const& host) {
    return short_name(manifest_of(bytes.at(host))->content);
  }
  void want(std::string const& host) {
    auto wish = TransferWorld::wish({host});
    wish.file.content = manifest_of(bytes.at(host))->content;
    wishes.push_back(world.want(std::move(wish)));
  }
  void want_all() {
    for (auto const& [host, content] : bytes) want(host);
  }
  [[nodiscard]] bool run() {
    return std::ranges::all_of(wishes, [this](WishId wish) { return world.run(wish); });
  }
  [[nodiscard]] std::vector<CompanyWord> all(Kind kind) {
    std::vector<CompanyWord> words;
    for (auto const& [host, content] : bytes) words.push_back({name(host), kind});
    return words;
  }
  // Of all origins.
  [[nodiscard]] std::uint32_t requests() {
    std::uint32_t count = 0;
    for (auto const& [host, content] : bytes) count += world.origin.server(host).requests;
    return count;
  }

  TransferWorld world;
  SayingSwarm swarm;
  std::map<std::string, std::string> bytes;
  std::vector<WishId> wishes;
};

}  // namespace

TEST_CASE("so many go on at a time as do not slow each other down", "[company]") {
  AtATime at_a_time;
  CHECK(at_a_time.now() == 2);
  for (int times = 0; times < 12; ++times) at_a_time.ended(200ms);
  CHECK(at_a_time.now() == 8);
  at_a_time.ended(400ms);
  CHECK(at_a_time.now() == 8);
  for (int times = 0; times < 10; ++times) at_a_time.ended(800ms);
  CHECK(at_a_time.now() == 2);
}

TEST_CASE("peers are told what we want and fetch and have", "[company]") {
  Files files(1);
  files.want("a");
  CHECK(files.swarm.said[files.name("a")] == std::vector{Kind::wants});
  REQUIRE(files.run());
  CHECK(files.swarm.said[files.name("a")] == std::vector{Kind::wants, Kind::fetches, Kind::has});

  Files failing(1);
  failing.world.origin.server("a").files.clear();
  failing.want("a");
  REQUIRE(failing.run());
  CHECK(failing.swarm.said[failing.name("a")].back() == Kind::leaves);
}

TEST_CASE("a burst of files begins one by one until it is known whether there are others",
          "[company]") {
  Files files(10);
  files.want_all();
  files.world.loop.run_for(140ms);
  CHECK(files.requests() == 1);
  files.world.loop.run_for(60ms);
  CHECK(files.requests() == files.bytes.size());

  Files few(4);
  few.want_all();
  few.world.loop.run_for(10ms);
  CHECK(few.requests() == few.bytes.size());
}

TEST_CASE("what a peer fetches is left to it and taken from there by its address", "[company]") {
  Files files(1);
  files.swarm.hear(files.all(Kind::fetches));
  files.want("a");
  files.world.loop.run_for(2900ms);
  CHECK(files.requests() == 0);
  CHECK(files.swarm.joined.empty());

  files.swarm.hear(files.all(Kind::has));
  files.world.loop.run_for(2900ms);
  CHECK(files.requests() == 0);
  REQUIRE(files.swarm.joined.size() == 1);
  CHECK(files.swarm.joined[0].peers == std::vector<std::string>{"192.0.2.7:7680"});
  CHECK(files.swarm.joined[0].among_known);
  // It never comes.
  files.world.loop.run_for(200ms);
  CHECK(files.requests() == 1);
  CHECK(files.run());
}

TEST_CASE("who fetches nothing takes over what a peer wants and does not begin with", "[company]") {
  Files files(12);
  files.swarm.hear(files.all(Kind::wants));
  files.want_all();
  files.world.loop.run_for(450ms);
  auto const ours = files.requests();
  CHECK(ours > 0);
  CHECK(ours < files.bytes.size());
  files.world.loop.run_for(2500ms);
  CHECK(files.requests() > ours);
  REQUIRE(files.run());
}

TEST_CASE("a peer that does not give what it says it has is waited for once", "[company]") {
  Files files(8);
  files.swarm.hear(files.all(Kind::has));
  files.want_all();
  files.world.loop.run_for(3500ms);
  CHECK(files.requests() == files.bytes.size());
  CHECK(files.run());
}

TEST_CASE("what is large or has no name is no company's", "[company]") {
  Files large(1, 5 * 1024 * 1024);
  large.swarm.hear(large.all(Kind::fetches));
  large.want("a");
  large.world.loop.run_for(50ms);
  CHECK(large.requests() == 1);
  CHECK(large.swarm.said.empty());

  Files unnamed(1);
  unnamed.swarm.hear(unnamed.all(Kind::fetches));
  static_cast<void>(unnamed.world.want(TransferWorld::wish({"a"})));
  unnamed.world.loop.run_for(100ms);
  CHECK(unnamed.requests() == 1);
}

TEST_CASE("where peers are forbidden nothing is left to them", "[company]") {
  Files files(1);
  files.swarm.hear(files.all(Kind::fetches));
  files.want("a");
  files.world.loop.run_for(100ms);
  CHECK(files.requests() == 0);
  TransferPolicy policy;
  policy.peers = false;
  files.world.transfers->set_policy(policy);
  files.world.loop.run_for(100ms);
  CHECK(files.requests() == 1);
}
