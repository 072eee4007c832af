// Clients of the node that ask for the same at once, with an origin that fails in every way, by
// seed: each gets right bytes or an error, and the origin is asked for each byte once.
#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/support/node_world.h"
#include "tests/support/sim_dice.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

constexpr char const* kFaults =
    "leave,slow_client,no_ranges,no_if_range,no_etag,no_length,no_store,refuse,error,cut,stall,"
    "wrong_range,"
    "longer,garbage,changed,slow_store,full_gate,full_disk";
constexpr Bytes kPiece = 256_KiB;
// What one body may keep: so much, and a slice of each stream that found it not yet full.
constexpr Bytes kMemoryMax = 6_MiB + 8 * 64_KiB;

std::uint64_t seed_count() {
  return number_from("FRESHET_SIM_SEEDS", 100);
}

class Scene {
 public:
  Scene(std::uint64_t seed, bool faulty) : dice_(seed * 7919 + 1), faulty_(faulty), world(seed) {}

  void make() {
    auto const kind = dice_.below(10);
    auto const size = 1 + dice_.below(kind < 3 ? 200'000 : kind < 8 ? 2'000'000 : 12'000'000);
    right.push_back(sim_bytes(size, dice_.below(1 << 30)));
    auto& site = world.upstream.site;
    site.bytes = std::make_shared<std::string const>(right.front());
    site.latency = 1ms + dice_.below(100) * 1ms;
    site.rate = 1e6 + static_cast<double>(dice_.below(50'000'000));
    if (faulty_) make_faults(site);
    for (auto left = 2 + dice_.below(12); left > 0; --left) make_client(size);
  }

  // Between events the store has no room for a moment.
  void disturb() {
    if (!faulty_ || !dice_.fault("full_gate", 0.002)) return;
    world.store.inner().set_full(true);
    static_cast<void>(world.loop.at(world.loop.now() + dice_.below(1000) * 1ms,
                                    [this] { world.store.inner().set_full(false); }));
  }

  bool is_right(NodeClient const& client) const {
    // What is only passed on is what the origin says it is.
    bool const passed = world.desk->counters().passed > 0;
    return std::ranges::any_of(right, [&](std::string const& content) {
      if (client.status == 200) return client.begin == 0 && client.got == content;
      auto const asked = client.range.value_or(ByteRange{});
      if (client.status != 206 || (client.begin != asked.begin && !passed)) return false;
      if (client.begin > content.size()) return false;
      auto const end = std::min<Bytes>(asked.end, content.size());
      return client.got == content.substr(client.begin, end - client.begin);
    });
  }

 private:
  void make_faults(SimSite& site) {
    site.ranges = !dice_.fault("no_ranges", 0.15);
    site.heeds_if_range = !dice_.fault("no_if_range", 0.3);
    if (dice_.fault("no_etag", 0.1)) site.etag.clear();
    site.tell_length = !dice_.fault("no_length", 0.1);
    site.cacheable = !dice_.fault("no_store", 0.1);
    auto& faults = site.faults;
    for (auto const& [name, chance] :
         {std::pair{"refuse", &faults.refuse}, std::pair{"error", &faults.error},
          std::pair{"cut", &faults.cut}, std::pair{"stall", &faults.stall},
          std::pair{"wrong_range", &faults.wrong_range}, std::pair{"longer", &faults.longer},
          std::pair{"garbage", &faults.garbage}}) {
      bool const drawn = dice_.fault(name, 0.15);
      auto const often = static_cast<double>(dice_.below(500)) / 1000;
      if (drawn) *chance = often;
    }
    if (dice_.fault("slow_store", 0.3)) world.store.write_time = dice_.below(500) * 1ms;
    auto const room = dice_.below(site.bytes->size());
    disk_fills = dice_.fault("full_disk", 0.05);
    if (disk_fills) {
      world.store.inner().fail_after(room, {Errc::disk_full, "/data", "no space left"});
    }
    make_change(site);
  }

  // Only with an entity tag can anybody tell.
  void make_change(SimSite& site) {
    bool const drawn = dice_.fault("changed", 0.15) && !site.etag.empty();
    auto const at = world.loop.now() + dice_.below(2000) * 1ms;
    auto const size = dice_.chance(0.5) ? right.front().size() : 1 + dice_.below(1 << 20);
    if (!drawn) return;
    right.push_back(sim_bytes(size, 99));
    static_cast<void>(world.loop.at(at, [this, &site] {
      site.bytes = std::make_shared<std::string const>(right.back());
      site.etag = "\"v2\"";
    }));
  }

  void make_client(Bytes size) {
    NodeClient client;
    auto const begin = dice_.below(size + size / 50);
    auto const length = 1 + dice_.below(dice_.chance(0.5) ? 100'000 : size);
    if (dice_.chance(0.5)) client.range = {begin, begin + length};
    auto const slow = 1e5 + static_cast<double>(dice_.below(1'000'000));
    if (dice_.fault("slow_client", 0.2)) client.rate = slow;
    auto const leaves = dice_.below(size);
    if (dice_.fault("leave", 0.2)) client.leaves_after = dice_.chance(0.2) ? 0 : leaves;
    clients.push_back(&world.ask(client, dice_.below(2000) * 1ms));
  }

  Dice dice_;
  bool faulty_;

 public:
  std::vector<std::string> right;  // Any of these contents is a right answer.
  bool disk_fills = false;
  NodeWorld world;
  std::vector<NodeClient*> clients;
};

void check_client(Scene const& scene, NodeClient const& client, bool must_succeed) {
  INFO("status " << client.status << ", range "
                 << (client.range ? std::to_string(client.range->begin) + "-" +
                                        std::to_string(client.range->end)
                                  : "none")
                 << ", got " << client.got.size() << " from " << client.begin);
  CHECK(client.ended);
  bool const success = client.status == 200 || client.status == 206;
  if (success && client.whole && !client.left) CHECK(scene.is_right(client));
  // Whatever it was sent before it went wrong is of one content.
  if (success) {
    CHECK(std::ranges::any_of(scene.right, [&](std::string const& content) {
      return client.begin <= content.size() &&
             content.compare(client.begin, client.got.size(), client.got) == 0;
    }));
  }
  if (!must_succeed || client.left) return;
  bool const beyond = client.range && client.range->begin >= scene.right.front().size();
  CHECK((beyond ? client.status == 416 : success && client.whole));
}

// Bytes that the origin may have to send: one copy, and of each exchange that broke the piece that
// was not whole, as of a store that filled. Nothing when they are not to be shared, or nobody can
// know what they are parts of.
std::optional<Bytes> fair_share(Scene const& scene) {
  auto const& site = scene.world.upstream.site;
  bool const shared = site.cacheable && scene.world.desk->counters().passed == 0;
  bool const known = site.ranges && !site.etag.empty() && site.tell_length;
  bool const one_way = site.failures == 0 || known;
  if (!shared || !one_way || scene.right.size() > 1) return std::nullopt;
  auto const failures = site.failures + (scene.disk_fills ? 1 : 0);
  return scene.right.front().size() + failures * kPiece;
}

void play(std::uint64_t seed, bool faulty) {
  Scene scene(seed, faulty);
  scene.make();
  auto& world = scene.world;
  auto const deadline = world.loop.now() + 2h;
  Bytes memory = 0;
  auto const over = [&] {
    return world.all_ended() && world.desk->fills() == 0 && world.upstream.open() == 0;
  };
  while (!over() && world.loop.now() < deadline && world.loop.run_one()) {
    memory = std::max(memory, world.in_memory());
    scene.disturb();
  }
  INFO("FRESHET_SIM_FIRST_SEED=" << seed << " FRESHET_SIM_SEEDS=1");
  INFO("faults that can be calmed: " << kFaults);
  CHECK(memory <= kMemoryMax);
  CHECK(world.desk->fills() == 0);
  CHECK(world.upstream.open() == 0);
  for (auto const* client : scene.clients) check_client(scene, *client, !faulty);
  if (auto const share = fair_share(scene)) CHECK(world.upstream.site.sent <= *share);
}

}  // namespace

TEST_CASE("whatever an origin does each client of the node gets right bytes or an error", "[sim]") {
  each_seed(seed_count(), 1, [](auto seed) { play(seed, true); });
}

TEST_CASE("however many clients ask for whatever parts the origin sends one copy", "[sim]") {
  each_seed(seed_count(), 3, [](auto seed) { play(seed, false); });
}

TEST_CASE("what was fetched for some is there for those who come later", "[sim]") {
  NodeWorld world(1);
  world.upstream.site.bytes = std::make_shared<std::string const>(sim_bytes(3'000'000));
  auto const& first = world.ask({});
  world.loop.run_for(1min);
  auto const sent = world.upstream.site.sent;

  NodeClient other;
  other.range = ByteRange{1'000'000, 2'000'000};
  auto const& second = world.ask(other);
  world.loop.run_for(1min);

  CHECK(first.got == *world.upstream.site.bytes);
  CHECK(second.status == 206);
  CHECK(second.got == world.upstream.site.bytes->substr(1'000'000, 1'000'000));
  CHECK(world.upstream.site.sent == sent);
}

namespace {

constexpr auto kUrl = "http://origin/file";

// Who asks for the manifest of that URL, and what he hears.
struct ManifestAsker {
  ManifestAsker(NodeWorld& in, Duration wait) : world(in) {
    world.desk->find_manifest(kUrl, {wait, present}, [this](std::optional<std::string> torrent) {
      ++answers;
      found = torrent.has_value();
      after = world.loop.now() - begin;
    });
  }

  NodeWorld& world;
  TimePoint begin = world.loop.now();
  node::Presence present = std::make_shared<std::atomic<bool>>(true);
  int answers = 0;
  bool found = false;
  Duration after{};
};

NodeWorld& with_content(NodeWorld& world, std::size_t size, double rate) {
  world.upstream.site.bytes = std::make_shared<std::string const>(sim_bytes(size));
  world.upstream.site.rate = rate;
  return world;
}

}  // namespace

TEST_CASE("who waits for the manifest of what is on its way gets it with the last byte", "[sim]") {
  NodeWorld world(1);
  with_content(world, 3'000'000, 100'000);
  auto const& client = world.ask({});
  world.loop.run_for(1s);

  ManifestAsker const patient(world, 60s);
  ManifestAsker const hasty(world, 0s);
  CHECK(hasty.answers == 1);
  CHECK_FALSE(hasty.found);
  CHECK(patient.answers == 0);
  world.loop.run_for(1min);

  CHECK(client.whole);
  CHECK(patient.answers == 1);
  CHECK(patient.found);
}

TEST_CASE("who waits for the manifest of what nobody has asked for has it fetched", "[sim]") {
  NodeWorld world(1);
  with_content(world, 3'000'000, 10e6);

  ManifestAsker const asker(world, 20s);
  world.loop.run_for(1min);

  CHECK(asker.found);
  CHECK(world.upstream.site.sent == 3'000'000);
}

TEST_CASE("who waits for a manifest longer than he said or hangs up is answered", "[sim]") {
  NodeWorld world(1);
  with_content(world, 3'000'000, 10'000);
  static_cast<void>(world.ask({}));
  world.loop.run_for(1s);

  ManifestAsker const patient(world, 10s);
  ManifestAsker const gone(world, 60s);
  *gone.present = false;
  world.loop.run_for(30s);

  CHECK(patient.answers == 1);
  CHECK_FALSE(patient.found);
  CHECK(patient.after >= 10s);
  CHECK(patient.after <= 11s);
  CHECK(gone.answers == 1);
  CHECK(gone.after <= 1s);
}

TEST_CASE("nobody waits for the manifest of what is small or is not stored or fails", "[sim]") {
  auto const small = GENERATE(true, false);
  NodeWorld world(1);
  with_content(world, small ? 1000 : 3'000'000, 10e6);
  world.upstream.site.cacheable = small;

  ManifestAsker const asker(world, 60s);
  world.loop.run_for(10s);

  CHECK(asker.answers == 1);
  CHECK_FALSE(asker.found);
}

TEST_CASE("no more than so many wait for manifests at a time", "[sim]") {
  NodeWorld world(1);
  with_content(world, 3'000'000, 10'000);
  auto const most = node::ManifestWaiters::kWaitersMax;
  std::vector<std::unique_ptr<ManifestAsker>> askers;
  for (std::size_t i = 0; i < most; ++i) {
    askers.push_back(std::make_unique<ManifestAsker>(world, 60s));
  }

  ManifestAsker const one_more(world, 60s);

  CHECK(askers.back()->answers == 0);
  CHECK(one_more.answers == 1);
  CHECK_FALSE(one_more.found);
}

TEST_CASE("peers may have a content when those who read it at the node have it", "[sim]") {
  NodeWorld world(1);
  with_content(world, 3'000'000, 10e6);
  auto const& fast = world.ask({});
  NodeClient slow;
  slow.rate = 100'000;
  auto const& last = world.ask(slow);
  world.loop.run_for(20s);

  CHECK(fast.whole);
  CHECK_FALSE(last.ended);
  CHECK(world.shared.empty());
  world.loop.run_for(20s);

  CHECK(last.whole);
  CHECK(world.shared.size() == 1);
}

TEST_CASE("a client that reads for ever keeps no content from peers for ever", "[sim]") {
  NodeWorld world(1);
  with_content(world, 3'000'000, 10e6);
  NodeClient slow;
  slow.rate = 100;
  auto const& client = world.ask(slow);

  world.loop.run_for(11min);

  CHECK_FALSE(client.ended);
  CHECK(world.shared.size() == 1);
}
