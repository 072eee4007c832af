#include "bench/sim/crowd.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "bench/sim/flow_origin.h"
#include "bench/sim/flow_swarm.h"
#include "engine/base/assert.h"
#include "engine/content/merkle.h"
#include "engine/content/torrent_file.h"

namespace freshet::sim {

namespace {

// A full frame of 1514 bytes carries 1448 of payload; the rest is Ethernet, IP and TCP.
constexpr double kPayloadShare = 1448.0 / 1514.0;
constexpr char const* kUrl = "http://origin/file";

class SilentLog final : public Log {
 public:
  [[nodiscard]] bool enabled(LogLevel) const override { return false; }
  void write(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
};

struct SiteLinks {
  LinkId up;
  LinkId down;
};

struct World {
  explicit World(CrowdSpec const& given)
      : spec(given),
        random(given.seed),
        network(loop),
        directory({loop,
                   network,
                   random,
                   rules(given),
                   [this](auto from, auto to) { return path(hosts[from], hosts[to]); },
                   {}}) {}

  struct Host {
    LinkId up;
    LinkId down;
    std::optional<std::uint32_t> site;
  };

  static SwarmRules rules(CrowdSpec const& spec) {
    SwarmRules rules;
    rules.neighbours_max = spec.neighbours_max;
    rules.upload_slots = spec.upload_slots;
    rules.delay = spec.round_trip / 2;
    return rules;
  }
  LinkId link(double rate) { return network.add_link(rate * kPayloadShare); }
  [[nodiscard]] std::vector<LinkId> path(Host const& from, Host const& to) const {
    std::vector<LinkId> links{from.up};
    if (from.site != to.site) {
      if (from.site) links.push_back(sites[*from.site].up);
      if (to.site) links.push_back(sites[*to.site].down);
    }
    links.push_back(to.down);
    return links;
  }

  CrowdSpec const& spec;
  test::SimLoop loop;
  test::SeededRandom random;
  SilentLog log;
  FlowNetwork network;
  std::vector<Host> hosts;  // The last one is the origin.
  std::vector<SiteLinks> sites;
  SwarmDirectory directory;
  std::string torrent;
  Bytes piece_length = 0;
};

class Client final : public WishListener {
 public:
  Client(World& world, std::uint32_t host)
      : world_(world),
        store_(world.loop, world.loop, {}),
        origin_(world.loop, world.network, store_, way(world, host)),
        swarm_(world.directory, store_, host) {
    store_.on_verified([this](SpoolId spool, PieceIndex piece) { swarm_.verified(spool, piece); });
    transfers_ = std::make_unique<Transfers>(
        TransferPorts{world.loop, world.loop, world.random, world.log, store_, origin_,
                      world.spec.peers ? &swarm_ : nullptr},
        world.spec.transfer);
  }

  void start() {
    started_ = world_.loop.now();
    Wish wish;
    wish.file.urls = {kUrl};
    wish.manifest_document = world_.torrent;
    wish_ = transfers_->want(std::move(wish), *this);
  }
  [[nodiscard]] bool ended() const { return ended_.has_value() || failed_; }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] TimePoint end() const { return *ended_; }
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(*ended_ - started_).count();
  }
  [[nodiscard]] Bytes from_origin() const { return origin_.received(); }
  [[nodiscard]] std::string why() const { return transfers_->why(wish_); }
  [[nodiscard]] Bytes from_peers() const { return swarm_.received(); }

 private:
  static OriginWay way(World const& world, std::uint32_t host) {
    return {world.path(world.hosts.back(), world.hosts[host]), world.spec.round_trip,
            world.spec.length, world.piece_length};
  }
  void on_spool(WishId, SpoolId, Bytes, Validator const&) override {}
  void on_transferred(WishId, WishResult) override { ended_ = world_.loop.now(); }
  void on_failed(WishId, Error) override { failed_ = true; }

  World& world_;
  FlowStore store_;
  FlowOrigin origin_;
  FlowSwarm swarm_;
  std::unique_ptr<Transfers> transfers_;
  WishId wish_ = WishId::none;
  TimePoint started_{};
  std::optional<TimePoint> ended_;
  bool failed_ = false;
};

void lay_links(World& world) {
  auto const& spec = world.spec;
  for (std::uint32_t i = 0; i < spec.sites; ++i) {
    world.sites.push_back({world.link(spec.wan.up), world.link(spec.wan.down)});
  }
  for (std::uint32_t i = 0; i < spec.clients; ++i) {
    World::Host host{world.link(spec.client.up), world.link(spec.client.down), std::nullopt};
    if (spec.sites > 0) host.site = i % spec.sites;
    world.hosts.push_back(host);
  }
  world.hosts.push_back({world.link(spec.origin.up), world.link(spec.origin.down), std::nullopt});
}

CrowdResult score(World& world, std::vector<std::unique_ptr<Client>> const& clients,
                  TimePoint start) {
  CrowdResult result;
  std::vector<double> times;
  double received = 0;
  for (auto const& client : clients) {
    received += static_cast<double>(client->from_origin() + client->from_peers());
    if (!client->ended() || client->failed()) continue;
    times.push_back(client->seconds());
    result.last =
        std::max(result.last, std::chrono::duration<double>(client->end() - start).count());
  }
  std::ranges::sort(times);
  result.done = static_cast<std::uint32_t>(times.size());
  result.bound = fluid_bound(world.spec);
  if (times.empty()) return result;
  result.mean =
      std::accumulate(times.begin(), times.end(), 0.0) / static_cast<double>(times.size());
  auto const rank = static_cast<std::size_t>(std::ceil(0.95 * static_cast<double>(times.size())));
  result.p95 = times[rank - 1];
  auto const length = static_cast<double>(world.spec.length);
  auto const wanted = length * static_cast<double>(clients.size());
  auto const from_origin = world.network.carried(world.hosts.back().up);
  result.origin_copies = from_origin / length;
  result.peer_share = std::max(0.0, 1.0 - from_origin / wanted);
  result.wasted = received / wanted - 1.0;
  for (auto const& site : world.sites) {
    result.wan_copies = std::max(result.wan_copies, world.network.carried(site.down) / length);
  }
  return result;
}

}  // namespace

std::shared_ptr<Manifest const> made_up_manifest(Bytes length, std::uint64_t seed) {
  std::mt19937_64 dice(seed);
  auto const piece_length = piece_length_for(length);
  std::vector<Digest> layer(piece_count(length, piece_length));
  for (auto& digest : layer) {
    for (auto& byte : digest.bytes) byte = static_cast<std::byte>(dice());
  }
  auto const blocks = layer.size() > 1 ? piece_length / kBlockBytes : 1;
  ContentId const content{length, merkle_root(layer, blocks)};
  auto manifest = make_manifest(content, piece_length, std::move(layer));
  FRESHET_ASSERT(manifest.has_value());
  return *manifest;
}

double fluid_bound(CrowdSpec const& spec) {
  auto const length = static_cast<double>(spec.length);
  auto const clients = static_cast<double>(spec.clients);
  double bound = std::max(length / spec.origin.up, length / spec.client.down);
  bound = std::max(bound, clients * length / (spec.origin.up + clients * spec.client.up));
  if (spec.sites > 0) bound = std::max(bound, length / spec.wan.down);
  return bound;
}

CrowdResult run_crowd(CrowdSpec const& spec) {
  World world(spec);
  lay_links(world);
  auto const manifest = made_up_manifest(spec.length, spec.seed);
  world.piece_length = manifest->piece_length;
  auto const urls = std::vector<std::string>{kUrl};
  auto torrent = write_torrent(*manifest, urls);
  FRESHET_ASSERT(torrent.has_value());
  world.torrent = std::move(*torrent);

  auto const start = world.loop.now();
  std::vector<std::unique_ptr<Client>> clients;
  for (std::uint32_t i = 0; i < spec.clients; ++i) {
    clients.push_back(std::make_unique<Client>(world, i));
    auto const wait = spec.arrivals * i / std::max(1U, spec.clients - 1);
    static_cast<void>(
        world.loop.at(start + wait, [client = clients.back().get()] { client->start(); }));
  }
  std::size_t ended = 0;
  auto const all_ended = [&] {
    while (ended < clients.size() && clients[ended]->ended()) ++ended;
    return ended == clients.size();
  };
  world.loop.run_until(all_ended, spec.limit);
  auto result = score(world, clients, start);
  for (std::uint32_t i = 0; i < std::min(spec.records, spec.clients); ++i) {
    result.records.push_back(clients[i]->why());
  }
  return result;
}

}  // namespace freshet::sim
