#include "bench/sim/crowd.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "bench/sim/flow_origin.h"
#include "bench/sim/flow_swarm.h"
#include "bench/sim/weather.h"
#include "engine/base/assert.h"
#include "engine/content/merkle.h"
#include "engine/content/torrent_file.h"

namespace freshet::sim {

namespace {

// A full frame of 1514 bytes carries 1448 of payload; the rest is Ethernet, IP and TCP.
constexpr double kPayloadShare = 1448.0 / 1514.0;
// Where as much goes the other way, every second frame of that is acknowledged as well.
constexpr double kPeerPayloadShare = 1448.0 / (1514.0 + 66.0 / 2);
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
        directory({loop, network, random, rules(given),
                   [this](auto from, auto to) { return path(hosts[from], hosts[to]); },
                   [this](auto one, auto other) {
                     return may_meet(hosts[one], hosts[other]) &&
                            !(storm && storm->parted(one, other));
                   }}) {}

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
    rules.weather = spec.weather;
    return rules;
  }
  [[nodiscard]] bool may_meet(Host const& one, Host const& other) const {
    return spec.across_sites || one.site == other.site || !one.site || !other.site;
  }
  void note_piece() {
    auto const pause = std::chrono::duration<double>(loop.now() - last_piece).count();
    longest_pause = std::max(longest_pause, pause);
    last_piece = loop.now();
  }
  LinkId link(double rate) { return network.add_link(rate * kPayloadShare); }
  [[nodiscard]] double client_rate(double rate) const {
    bool const both_ways = spec.peers && spec.clients > 1;
    return rate * (both_ways ? kPeerPayloadShare : kPayloadShare);
  }
  LinkId client_link(double rate) { return network.add_link(client_rate(rate)); }
  void shape(std::uint32_t host, double up, double down) {
    network.set_capacity(hosts[host].up, client_rate(spec.client.up) * up);
    network.set_capacity(hosts[host].down, client_rate(spec.client.down) * down);
  }
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
  std::optional<Storm> storm;
  std::string torrent;
  Bytes piece_length = 0;
  TimePoint last_piece = loop.now();
  double longest_pause = 0;
};

class Client final : public WishListener {
 public:
  Client(World& world, std::uint32_t host)
      : world_(world),
        store_(world.loop, world.loop, {}),
        origin_(world.loop, world.network, store_, way(world, host)),
        swarm_(world.directory, store_, host) {
    store_.on_verified([this](SpoolId spool, PieceIndex piece) {
      world_.note_piece();
      swarm_.verified(spool, piece);
    });
    transfers_ = std::make_unique<Transfers>(
        TransferPorts{world.loop, world.loop, world.random, world.log, store_, origin_,
                      world.spec.peers ? &swarm_ : nullptr},
        world.spec.transfer);
  }

  void start() {
    started_ = world_.loop.now();
    want();
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
  [[nodiscard]] FlowSwarm& swarm() { return swarm_; }
  [[nodiscard]] bool claims() const { return !swarm_.claims().empty(); }
  [[nodiscard]] bool has(PieceIndex piece) const {
    return spool_ != SpoolId::none && store_.pieces_of(spool_).has(piece);
  }
  void lose_origin() { origin_.go_down(); }

 private:
  static OriginWay way(World const& world, std::uint32_t host) {
    return {world.path(world.hosts.back(), world.hosts[host]), world.spec.round_trip,
            world.spec.length, world.piece_length};
  }
  void on_spool(WishId, SpoolId spool, Bytes, Validator const&) override { spool_ = spool; }
  void on_transferred(WishId, WishResult) override { ended_ = world_.loop.now(); }
  void on_failed(WishId, Error) override {
    failed_ = world_.spec.retry == Duration{};
    if (failed_) return;
    static_cast<void>(
        world_.loop.at(world_.loop.now() + world_.spec.retry, [alive = std::weak_ptr(alive_)] {
          if (auto const self = alive.lock()) (*self)->want();
        }));
  }
  void want() {
    Wish wish;
    wish.file.urls = {kUrl};
    wish.manifest_document = world_.torrent;
    wish.spool = spool_;
    wish_ = transfers_->want(std::move(wish), *this);
  }

  World& world_;
  FlowStore store_;
  FlowOrigin origin_;
  FlowSwarm swarm_;
  std::unique_ptr<Transfers> transfers_;
  WishId wish_ = WishId::none;
  SpoolId spool_ = SpoolId::none;
  TimePoint started_{};
  std::optional<TimePoint> ended_;
  bool failed_ = false;
  std::shared_ptr<Client*> alive_ = std::make_shared<Client*>(this);
};

// One that is there before the crowd.
class BadPeer {
 public:
  BadPeer(World& world, std::uint32_t host, std::shared_ptr<Manifest const> manifest)
      : store_(world.loop, world.loop, {}),
        swarm_(world.directory, store_, host, world.spec.bad.manner) {
    PieceMap has(manifest->pieces());
    auto const manner = world.spec.bad.manner;
    if (manner != Manner::claims && manner != Manner::renames)
      has.set(pieces(0, manifest->pieces()));
    auto const content = manifest->content;
    swarm_.join({.spool = SpoolId{1},
                 .content = content,
                 .manifest = std::move(manifest),
                 .upload_only = true},
                has);
  }

 private:
  FlowStore store_;
  FlowSwarm swarm_;
};

using Clients = std::vector<std::unique_ptr<Client>>;

// Looks after the origin's bytes until nothing is left to happen.
class Fate {
 public:
  Fate(World& world, Clients& clients)
      : world_(world), clients_(clients), left_(world.spec.mishaps) {
    look();
  }

 private:
  void look() {
    auto const sent =
        world_.network.carried(world_.hosts.back().up) / static_cast<double>(world_.spec.length);
    if (left_.half_leaves > 0 && sent >= left_.half_leaves) {
      left_.half_leaves = 0;
      for (std::size_t i = 0; i < clients_.size(); i += 2) clients_[i].reset();
    }
    if (left_.origin_ends && all_out()) {
      left_.origin_ends = false;
      for (auto const& client : clients_) {
        if (client) client->lose_origin();
      }
    }
    if (left_.half_leaves <= 0 && !left_.origin_ends) return;
    static_cast<void>(
        world_.loop.at(world_.loop.now() + std::chrono::milliseconds{10}, [this] { look(); }));
  }

  [[nodiscard]] bool all_out() const {
    auto const pieces = piece_count(world_.spec.length, world_.piece_length);
    for (std::uint32_t i = 0; i < pieces; ++i) {
      auto const has = [i](auto const& client) { return client && client->has(PieceIndex{i}); };
      if (std::ranges::none_of(clients_, has)) return false;
    }
    return true;
  }

  World& world_;
  Clients& clients_;
  Mishaps left_;
};

void raise_storm(World& world, Clients const& clients) {
  auto swarms = [&clients] {
    std::vector<FlowSwarm*> there;
    for (auto const& client : clients) {
      if (client) there.push_back(&client->swarm());
    }
    return there;
  };
  auto shape = [&world](auto host, auto up, auto down) { world.shape(host, up, down); };
  world.storm.emplace(world.spec.weather,
                      Storm::Ground{world.loop, world.random, std::move(swarms), std::move(shape)});
}

void lay_links(World& world) {
  auto const& spec = world.spec;
  for (std::uint32_t i = 0; i < spec.sites; ++i) {
    world.sites.push_back({world.link(spec.wan.up), world.link(spec.wan.down)});
  }
  for (std::uint32_t i = 0; i < spec.clients; ++i) {
    World::Host host{world.client_link(spec.client.up), world.client_link(spec.client.down),
                     std::nullopt};
    if (spec.sites > 0) host.site = i % spec.sites;
    world.hosts.push_back(host);
  }
  for (std::uint32_t i = 0; i < spec.bad.count; ++i) {
    world.hosts.push_back(
        {world.client_link(spec.client.up), world.client_link(spec.client.down), std::nullopt});
  }
  world.hosts.push_back({world.link(spec.origin.up), world.link(spec.origin.down), std::nullopt});
}

CrowdResult score(World& world, Clients const& clients, TimePoint start) {
  CrowdResult result;
  std::vector<double> times;
  double received = 0;
  for (auto const& client : clients) {
    if (!client) continue;
    ++result.stayed;
    if (client->claims()) ++result.claims_left;
    received += static_cast<double>(client->from_origin() + client->from_peers());
    if (!client->ended() || client->failed()) continue;
    times.push_back(client->seconds());
    result.last =
        std::max(result.last, std::chrono::duration<double>(client->end() - start).count());
  }
  result.longest_pause = world.longest_pause;
  std::ranges::sort(times);
  result.done = static_cast<std::uint32_t>(times.size());
  result.bound = fluid_bound(world.spec);
  if (times.empty()) return result;
  result.mean =
      std::accumulate(times.begin(), times.end(), 0.0) / static_cast<double>(times.size());
  auto const rank = static_cast<std::size_t>(std::ceil(0.95 * static_cast<double>(times.size())));
  result.p95 = times[rank - 1];
  auto const length = static_cast<double>(world.spec.length);
  auto const wanted = length * static_cast<double>(result.stayed);
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
  auto const late = std::chrono::duration<double>(spec.arrivals).count();
  double bound = std::max(length / spec.origin.up, late + length / spec.client.down);
  bound = std::max(bound, clients * length / (spec.origin.up + clients * spec.client.up));
  if (spec.sites == 0) return bound;
  bound = std::max(bound, length / spec.wan.down);
  // Each site takes a copy of its own.
  return spec.across_sites ? bound : std::max(bound, spec.sites * length / spec.origin.up);
}

namespace {

// A part of the sites with that part of the origin.
CrowdSpec played_part(CrowdSpec spec) {
  if (spec.sites_played == 0 || spec.sites_played >= spec.sites) return spec;
  FRESHET_ASSERT(!spec.across_sites);
  auto const part = static_cast<double>(spec.sites_played) / spec.sites;
  spec.clients = static_cast<std::uint32_t>(std::lround(spec.clients * part));
  spec.origin.up *= part;
  spec.sites = std::exchange(spec.sites_played, 0);
  return spec;
}

CrowdResult play(CrowdSpec const& spec) {
  World world(spec);
  lay_links(world);
  auto const manifest = made_up_manifest(spec.length, spec.seed);
  world.piece_length = manifest->piece_length;
  auto const urls = std::vector<std::string>{kUrl};
  auto torrent = write_torrent(*manifest, urls);
  FRESHET_ASSERT(torrent.has_value());
  world.torrent = std::move(*torrent);

  std::vector<std::unique_ptr<BadPeer>> bad;
  for (std::uint32_t i = 0; i < spec.bad.count; ++i) {
    bad.push_back(std::make_unique<BadPeer>(world, spec.clients + i, manifest));
  }
  auto const start = world.loop.now();
  Clients clients;
  for (std::uint32_t i = 0; i < spec.clients; ++i) {
    clients.push_back(std::make_unique<Client>(world, i));
    auto const wait = spec.arrivals * i / std::max(1U, spec.clients - 1);
    static_cast<void>(world.loop.at(start + wait, [&clients, i] {
      if (clients[i]) clients[i]->start();
    }));
  }
  Fate const fate(world, clients);
  if (spec.weather.any()) raise_storm(world, clients);
  std::size_t ended = 0;
  auto const all_ended = [&] {
    while (ended < clients.size() && (!clients[ended] || clients[ended]->ended())) ++ended;
    return ended == clients.size();
  };
  world.loop.run_until(all_ended, spec.limit);
  auto result = score(world, clients, start);
  for (std::uint32_t i = 0; i < std::min(spec.records, spec.clients); ++i) {
    if (clients[i]) result.records.push_back(clients[i]->why());
  }
  return result;
}

}  // namespace

CrowdResult run_crowd(CrowdSpec const& spec) {
  auto result = play(played_part(spec));
  result.bound = fluid_bound(spec);
  if (spec.sites_played == 0 || spec.sites_played >= spec.sites) return result;
  // The others do as those did.
  auto const whole = static_cast<double>(spec.sites) / spec.sites_played;
  auto const scaled = [whole](std::uint32_t count) {
    return static_cast<std::uint32_t>(std::lround(count * whole));
  };
  result.origin_copies *= whole;
  result.done = scaled(result.done);
  result.stayed = scaled(result.stayed);
  return result;
}

}  // namespace freshet::sim
