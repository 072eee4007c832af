// Contents that are not joined until a peer asks for them.
#include <malloc.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <optional>
#include <thread>

#include "engine/content/torrent_file.h"
#include "tests/integration/peer/net_space.h"
#include "tests/integration/peer/stock_peer.h"
#include "tests/integration/peer/swarm_host.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

// Joins what a peer asks for, as the engine would.
class Opener final : public StandByEvents {
 public:
  Opener(SwarmHost& host, std::shared_ptr<Manifest const> manifest, std::string const& bytes)
      : host_(host), manifest_(std::move(manifest)) {
    host_.store.add(kSpool, manifest_, bytes);
    host_.on_loop([&] {
      host_.swarm().set_stand_by_events(this);
      host_.swarm().stand_by(kSpool, manifest_->content, {});
    });
  }
  ~Opener() override {
    host_.on_loop([&] { host_.swarm().set_stand_by_events(nullptr); });
  }
  // Runs on the loop.
  void on_wanted(SpoolId spool, std::string const& address) override {
    PieceMap all(manifest_->pieces());
    all.set(pieces(0, manifest_->pieces()));
    SwarmSpec spec;
    spec.spool = spool;
    spec.content = manifest_->content;
    spec.manifest = manifest_;
    spec.upload_only = true;
    if (!address.empty()) spec.peers.push_back(address);
    ++wanted;
    host_.swarm().join(spec, all);
  }
  void on_idle(SpoolId spool) override {
    ++idle;
    host_.swarm().leave(spool);
    host_.swarm().stand_by(spool, manifest_->content, {});
  }

  std::atomic<int> wanted = 0;
  std::atomic<int> idle = 0;

 private:
  SwarmHost& host_;
  std::shared_ptr<Manifest const> manifest_;
};

SwarmOptions soon_idle() {
  SwarmOptions options;
  options.idle_timeout = 3s;  // Longer than it takes a peer to come back.
  return options;
}

}  // namespace

TEST_CASE("who connects wakes a content that stands by and gets it", "[peer][stand_by]") {
  auto const bytes = some_bytes(2'000'000);
  auto const manifest = manifest_of(bytes);
  SwarmHost giver("127.0.0.2");
  Opener opener(giver, manifest, bytes);
  SwarmHost taker("127.0.0.3");
  CHECK(opener.wanted == 0);

  taker.get(manifest, {giver.endpoint()});

  REQUIRE(taker.store.wait_for_all(kSpool));
  CHECK(taker.store.holds(kSpool, bytes));
  CHECK(opener.wanted == 1);
}

TEST_CASE("a content without peers is idle and wakes again", "[peer][stand_by]") {
  auto const bytes = some_bytes(600'000);
  auto const manifest = manifest_of(bytes);
  SwarmHost giver("127.0.0.2", soon_idle());
  Opener opener(giver, manifest, bytes);
  for (int round = 1; round <= 2; ++round) {
    SwarmHost taker("127.0.0.3");
    taker.get(manifest, {giver.endpoint()});
    REQUIRE(taker.store.wait_for_all(kSpool));
    taker.stop();
    CHECK(giver.store.wait_until([&] { return opener.idle >= round; }));
    CHECK(opener.wanted == round);
  }
}

TEST_CASE("a content that stands by costs next to nothing", "[peer][stand_by]") {
  constexpr std::size_t kContents = 5000;
  SwarmHost host("127.0.0.2");
  // Whatever is made once is there by now.
  host.on_loop([&] { host.swarm().stand_by(SpoolId{1}, ContentId{1, {}}, {}); });
  static_cast<void>(host.wait_until([](auto const&) { return true; }));
  auto const before = ::mallinfo2().uordblks;
  if (before == 0) return;  // A sanitizer's allocator does not tell.
  host.on_loop([&] {
    for (std::size_t i = 2; i < kContents + 2; ++i) {
      host.swarm().stand_by(SpoolId{i}, ContentId{i << 20, {}}, {});
    }
  });
  // The network side has them all once it has answered.
  std::promise<void> seen;
  host.on_loop([&] { host.swarm().peers([&](auto const&) { seen.set_value(); }); });
  seen.get_future().get();

  auto const each = (::mallinfo2().uordblks - before) / kContents;
  UNSCOPED_INFO("bytes each: " << each);
  CHECK(each < 600);

  auto const begin = std::chrono::steady_clock::now();
  host.stop();
  CHECK(std::chrono::steady_clock::now() - begin < 2s);
}

TEST_CASE("a neighbour that asks the link wakes a content at once", "[peer][stand_by]") {
  auto const one = NetSpace::make();
  auto const other = one ? NetSpace::make() : nullptr;
  if (!other) {
    WARN("skipped: network namespaces are not permitted here");
    return;
  }
  one->connect(*other, "v0", "10.9.0.1/24", "10.9.0.2/24");
  auto const bytes = some_bytes(600'000);
  auto const manifest = manifest_of(bytes);
  SwarmHost giver(SwarmOptions{}, [&] { one->enter(); });
  Opener opener(giver, manifest, bytes);
  SwarmHost taker(SwarmOptions{}, [&] { other->enter(); });
  auto const begin = std::chrono::steady_clock::now();

  taker.get(manifest, {});

  REQUIRE(taker.store.wait_for_all(kSpool));
  CHECK(std::chrono::steady_clock::now() - begin < 3s);
  CHECK(opener.wanted == 1);
}

TEST_CASE("an ordinary client that asks the link wakes a content and gets it", "[peer][stand_by]") {
  auto const one = NetSpace::make();
  auto const other = one ? NetSpace::make() : nullptr;
  if (!other) {
    WARN("skipped: network namespaces are not permitted here");
    return;
  }
  one->connect(*other, "v0", "10.9.0.1/24", "10.9.0.2/24");
  auto const bytes = some_bytes(2'000'000);
  auto const manifest = manifest_of(bytes);
  auto const name = to_hex(manifest->content.root);
  SwarmHost giver(SwarmOptions{}, [&] { one->enter(); });
  Opener opener(giver, manifest, bytes);
  std::optional<StockPeer> taker;
  // Its threads are where this one is.
  std::thread([&] {
    other->enter();
    taker.emplace("10.9.0.2", true);
    taker->add(write_torrent(*manifest, {}).value(), name, nullptr);
  }).join();

  REQUIRE(taker->wait_until_complete());
  CHECK(taker->wait_until_file_is(name, bytes));
  CHECK(opener.wanted == 1);
}
