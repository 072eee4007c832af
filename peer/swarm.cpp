#include "peer/swarm.h"

#include <openssl/rand.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "engine/base/assert.h"
#include "engine/content/geometry.h"
#include "peer/endpoint.h"
#include "peer/mode.h"
#include "peer/network.h"
#include "peer/roster.h"
#include "peer/session.h"
#include "peer/swarm_options.h"
#include "peer/torrent_bytes.h"

namespace freshet {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view kListenFallback = "0.0.0.0:0,[::]:0";
constexpr Duration kNetworksRefresh = 30s;
constexpr unsigned kBlockedPerSecondMax = 8;  // That transfers are told of.

TimePoint steady_now() {
  return std::chrono::steady_clock::now();
}

WallTime wall_now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::uint64_t random_key() {
  std::uint64_t key = 0;
  FRESHET_ASSERT(RAND_bytes(reinterpret_cast<unsigned char*>(&key), sizeof key) == 1);
  return key;
}

}  // namespace

struct LibtorrentSwarm::State : std::enable_shared_from_this<State> {
  State(SwarmPorts swarm_ports, SwarmOptions swarm_options)
      : ports(swarm_ports),
        options(peer::with_group_name(std::move(swarm_options))),
        rules(rules_of(options.mode, !options.group_secret.empty())),
        local(peer::networks_of(options)),
        roster({}, options.bans) {
    rules.local_search = rules.local_search && options.local_search;
    if (!options.subnet_only) return;
    rules.strangers = rules.dht = rules.port_mapping = false;
  }

  void start();
  void ensure_started();
  void stop();
  void admit();
  void tend();
  void refresh_networks();
  void on_notices();
  void on_listening(Result<std::uint16_t> result);
  void on_blocked(std::string const& address);
  void on_batch(peer::Batch const& batch);
  void on_wanted(SpoolId spool, std::string const& address);
  void join(SwarmSpec spec, PieceMap const& present);
  void add(SwarmSpec spec, PieceMap const& present);
  void share_digest(SpoolId spool, std::optional<Digest> const& sha256, ContentId const& content);
  void tell_layer_of_one_piece(SpoolId spool, ContentId const& content);
  void ban(SourceId peer, Offence const& offence);
  void apply_bans();
  template <typename Act>
  void on_network(Act act);

  SwarmPorts ports;
  SwarmOptions options;
  ModeRules rules;
  peer::LocalNetworks local;
  peer::Roster roster;
  std::uint64_t key = random_key();
  SwarmEvents* events = nullptr;
  StandByEvents* stand_by_events = nullptr;
  bool stopped = false;
  std::shared_ptr<peer::Network> network;
  std::optional<peer::Session> session;
  TimerId refresh = TimerId::none;
  struct Joined {
    ContentId content;
    bool manifest = false;  // Is known.
    bool take_only = false;
  };
  std::map<SpoolId, Joined> joined_spools;
  std::set<SpoolId> standing_by;
  std::pair<BytesPerSecond, BytesPerSecond> limits{};
  PeerAllowance allowance;
  peer::TokenCount blocked_told;
  bool fell_back = false;
  std::optional<Result<std::uint16_t>> listening;
  std::vector<std::function<void(Result<std::uint16_t>)>> awaiting_listening;
};

template <typename Act>
void LibtorrentSwarm::State::on_network(Act act) {
  FRESHET_ASSERT(ports.loop.in_loop());
  network->door()->post([network = network, act = std::move(act)] { act(*network); });
}

void LibtorrentSwarm::State::ensure_started() {
  if (session || stopped) return;
  start();
  tend();
  session->set_limits(limits.first, limits.second);
  on_network([now = allowance](peer::Network& side) { side.allow(now); });
}

void LibtorrentSwarm::State::start() {
  // Both run on libtorrent's thread, perhaps after the end of this: they hold on weakly.
  auto const weak = weak_from_this();
  auto& loop = ports.loop;
  auto const deliver = [weak, &loop](peer::Batch batch) {
    loop.post([weak, batch = std::move(batch)] {
      if (auto const self = weak.lock()) self->on_batch(batch);
    });
  };
  auto const notify = [weak, &loop] {
    loop.post([weak] {
      if (auto const self = weak.lock()) self->on_notices();
    });
  };
  peer::NetworkSpec spec{.gate = ports.gate,
                         .reader = ports.reader,
                         .pool = ports.pool,
                         .key = key,
                         .group_secret = options.group_secret,
                         .peer_exchange = rules.peer_exchange,
                         .local_search = rules.local_search,
                         .dht = rules.dht,
                         .stall_timeout = options.stall_timeout,
                         .hold_timeout = options.hold_timeout,
                         .idle_timeout = options.idle_timeout,
                         .meetings = {options.group_secret, options.trackers, options.peers,
                                      !options.trackers.empty() || rules.dht},
                         .doorway = {.strangers_max = options.connections_max / 2,
                                     .patience = options.name_timeout,
                                     .per_address_max = options.connections_max / 2}};
  auto const wanted = [weak, &loop](SpoolId spool, std::string address) {
    loop.post([weak, spool, address = std::move(address)] {
      if (auto const self = weak.lock()) self->on_wanted(spool, address);
    });
  };
  network = std::make_shared<peer::Network>(std::move(spec), local, deliver, wanted);
  session.emplace(peer::session_of(options, rules), network, notify);
  ports.reader.watch(network.get());
  admit();
}

void LibtorrentSwarm::State::stop() {
  if (std::exchange(stopped, true)) return;
  events = nullptr;
  stand_by_events = nullptr;
  ports.loop.cancel(refresh);
  if (!session) return;
  ports.reader.watch(nullptr);
  session->stop();
  network->in_flight().wait_for_none();
}

void LibtorrentSwarm::State::admit() {
  peer::Admission admission{.strangers = rules.strangers, .local = local.all()};
  for (auto const& text : options.peers) admission.invited.push_back(peer::address_of(text));
  for (auto const& ban : roster.bans().active(wall_now())) {
    admission.banned.push_back(ban.address);
  }
  admission.proven = roster.proven_addresses(wall_now());
  session->admit(admission);
}

void LibtorrentSwarm::State::tend() {
  if (stopped) return;
  if (roster.bans().expire(wall_now())) apply_bans();
  if (options.local_networks.empty()) refresh_networks();
  refresh =
      ports.loop.at(steady_now() + kNetworksRefresh, [self = shared_from_this()] { self->tend(); });
}

void LibtorrentSwarm::State::refresh_networks() {
  auto now = peer::LocalNetworks::of_interfaces();
  if (now != local) {
    local = now;
    on_network([now](peer::Network& side) { side.set_local_networks(now); });
    admit();
  }
}

void LibtorrentSwarm::State::on_notices() {
  if (stopped) return;
  for (auto const& notice : session->take_notices()) {
    using Kind = peer::Notice::Kind;
    if (notice.kind == Kind::trouble) {
      ports.log.write(LogLevel::warn, "swarm has trouble", {{"why", notice.text}});
    } else if (notice.kind == Kind::blocked) {
      on_blocked(notice.text);
    } else if (notice.kind == Kind::listening) {
      on_listening(notice.port);
    } else if (options.listen.empty() && !std::exchange(fell_back, true)) {
      listening.reset();
      session->listen(std::string(kListenFallback));
    } else {
      on_listening(fail(Errc::port_unavailable, std::to_string(notice.port), notice.text));
    }
  }
}

// The filter knows local networks and bans; who is banned was told when that happened.
void LibtorrentSwarm::State::on_blocked(std::string const& address) {
  if (events == nullptr || !blocked_told.take(steady_now(), kBlockedPerSecondMax)) return;
  if (roster.bans().covers(peer::address_of(address), wall_now())) return;
  Error const why{Errc::policy_refused, kNotLocal, "it is not on a local network of ours"};
  for (auto const& [spool, joined] : joined_spools) events->on_peer_refused(spool, address, why);
}

void LibtorrentSwarm::State::on_listening(Result<std::uint16_t> result) {
  bool const was_up = listening && listening->has_value();
  if (!was_up) listening = result;
  if (!result) {
    ports.log.write(LogLevel::error, "swarm cannot listen", {{"why", result.error().why}});
    if (was_up) return;
  }
  for (auto const& done : std::exchange(awaiting_listening, {})) done(*listening);
}

void LibtorrentSwarm::State::on_batch(peer::Batch const& batch) {
  if (stopped) return;
  if (batch.company && events != nullptr) return batch.deliver(*events);
  auto const joined = joined_spools.find(batch.spool);
  bool const known = joined != joined_spools.end();
  roster.take(batch, known ? joined->second.content : ContentId{}, steady_now());
  if (events != nullptr && (known || batch.meeting)) batch.deliver(*events);
  if (stand_by_events != nullptr && known && batch.idle) stand_by_events->on_idle(batch.spool);
}

void LibtorrentSwarm::State::on_wanted(SpoolId spool, std::string const& address) {
  if (stopped || standing_by.erase(spool) == 0 || stand_by_events == nullptr) return;
  stand_by_events->on_wanted(spool, address);
}

void LibtorrentSwarm::State::join(SwarmSpec spec, PieceMap const& present) {
  auto const spool = spec.spool;
  if (spec.content.length == 0 || stopped) return;
  standing_by.erase(spool);
  ensure_started();
  auto const piece_length = piece_length_for(spec.content.length);
  if (spec.manifest && spec.manifest->piece_length != piece_length) {
    ports.log.write(LogLevel::warn, "swarm takes canonical manifests only",
                    {{"content", to_string(spec.content)}});
    return;
  }
  auto const known = joined_spools.find(spool);
  if (known == joined_spools.end()) return add(std::move(spec), present);
  if (known->second.take_only && !spec.take_only) {
    known->second.take_only = false;
    on_network([spool](peer::Network& side) { side.serve(spool); });
  }
  if (!spec.manifest || std::exchange(known->second.manifest, true)) return;
  auto bytes = peer::torrent_bytes(spec.content, spec.manifest.get(), options.group_secret);
  on_network([spool, manifest = spec.manifest, file = std::move(bytes.file),
              present](peer::Network& side) { side.identify(spool, manifest, file, present); });
}

void LibtorrentSwarm::State::add(SwarmSpec spec, PieceMap const& present) {
  auto const& content = spec.content;
  auto const pieces = piece_count(content.length, piece_length_for(content.length));
  bool const known = spec.manifest != nullptr;
  joined_spools[spec.spool] = {content, known, spec.take_only};
  if (!known && pieces == 1) tell_layer_of_one_piece(spec.spool, content);

  for (auto const& text : options.peers) spec.peers.push_back(text);
  for (auto const& text : options.trackers) spec.trackers.push_back(text);
  auto bytes = peer::torrent_bytes(content, spec.manifest.get(), options.group_secret);
  auto verified = known && present.size() == pieces ? present : PieceMap(pieces);
  auto const torrent = std::make_shared<peer::Torrent>(
      peer::TorrentSpec{std::move(spec), bytes.info_hash, std::move(bytes.file)},
      std::move(verified));
  on_network([torrent](peer::Network& side) { side.join(torrent); });
}

void LibtorrentSwarm::State::share_digest(SpoolId spool, std::optional<Digest> const& sha256,
                                          ContentId const& content) {
  if (!sha256) return;
  on_network([spool, digest = *sha256, content](peer::Network& side) {
    side.share_digest(spool, digest, content);
  });
}

void LibtorrentSwarm::State::tell_layer_of_one_piece(SpoolId spool, ContentId const& content) {
  auto manifest = make_manifest(content, piece_length_for(content.length), {content.root});
  if (!manifest) return;
  ports.loop.post([self = shared_from_this(), spool, manifest = *manifest] {
    if (self->stopped || self->events == nullptr || !self->joined_spools.contains(spool)) return;
    self->events->on_manifest(spool, manifest);
  });
}

void LibtorrentSwarm::State::ban(SourceId peer, Offence const& offence) {
  auto const info = roster.ban(peer, offence, wall_now());
  if (!info) return;
  ports.log.write(LogLevel::warn, "peer is banned",
                  {{"peer", info->address},
                   {"client", info->client},
                   {"why", describe(offence.why)},
                   {"expected", to_hex(offence.expected)},
                   {"got", to_hex(offence.got)}});
  apply_bans();
}

void LibtorrentSwarm::State::apply_bans() {
  admit();
  on_network(
      [keys = roster.bans().keys(wall_now())](peer::Network& side) { side.set_banned_keys(keys); });
}

class LibtorrentSwarm::Key {};

Result<std::unique_ptr<LibtorrentSwarm>> LibtorrentSwarm::open(SwarmPorts ports,
                                                               SwarmOptions options) {
  if (auto const valid = peer::validate(options); !valid) return unexpected(valid.error());
  auto state = std::make_shared<State>(ports, std::move(options));
  return std::make_unique<LibtorrentSwarm>(Key(), std::move(state));
}

LibtorrentSwarm::LibtorrentSwarm(Key, std::shared_ptr<State> state) : state_(std::move(state)) {}

LibtorrentSwarm::~LibtorrentSwarm() {
  FRESHET_ASSERT(state_->stopped);
}

void LibtorrentSwarm::stop() {
  state_->stop();
}

void LibtorrentSwarm::when_listening(std::function<void(Result<std::uint16_t>)> done) {
  state_->ensure_started();
  if (state_->listening) return done(*state_->listening);
  state_->awaiting_listening.push_back(std::move(done));
}

void LibtorrentSwarm::peers(std::function<void(std::vector<PeerStatus>)> done) {
  auto const answer = [state = state_, done = std::move(done)] {
    done(state->roster.peers(steady_now()));
  };
  if (!state_->session) return answer();
  // What the network side still holds back comes to the loop first.
  state_->on_network([&loop = state_->ports.loop, answer](peer::Network& side) {
    side.flush();
    loop.post(answer);
  });
}

void LibtorrentSwarm::set_events(SwarmEvents* events) {
  state_->events = events;
}

std::uint64_t LibtorrentSwarm::key() const {
  return state_->key;
}

void LibtorrentSwarm::join(SwarmSpec spec, PieceMap const& present) {
  auto const [spool, content, sha256] = std::tuple(spec.spool, spec.content, spec.sha256);
  state_->join(std::move(spec), present);
  // After it: who is told of it comes at once.
  if (state_->joined_spools.contains(spool)) state_->share_digest(spool, sha256, content);
}

void LibtorrentSwarm::set_stand_by_events(StandByEvents* events) {
  state_->stand_by_events = events;
}

// Who is found through a tracker or the DHT has to be announced there, which joined contents are.
bool LibtorrentSwarm::can_stand_by() const {
  return state_->options.trackers.empty() && !state_->rules.dht;
}

void LibtorrentSwarm::stand_by(SpoolId spool, ContentId const& content,
                               std::optional<Digest> const& sha256) {
  if (state_->stopped || content.length == 0) return;
  state_->ensure_started();
  state_->standing_by.insert(spool);
  auto const hash = peer::torrent_bytes(content, nullptr, state_->options.group_secret).info_hash;
  state_->on_network([spool, hash](peer::Network& side) { side.stand_by(spool, hash); });
  state_->share_digest(spool, sha256, content);
}

void LibtorrentSwarm::leave(SpoolId spool) {
  bool const stood_by = state_->standing_by.erase(spool) > 0;
  if (state_->joined_spools.erase(spool) == 0 && !stood_by) return;
  state_->on_network([spool](peer::Network& side) { side.leave(spool); });
}

void LibtorrentSwarm::offer(SpoolId spool, PieceIndex piece) {
  if (!state_->session) return;
  state_->on_network([spool, piece](peer::Network& side) { side.offer(spool, piece); });
}

void LibtorrentSwarm::reserve(SpoolId spool, std::vector<PieceRange> const& pieces) {
  if (!state_->session) return;
  state_->on_network([spool, pieces](peer::Network& side) {
    if (auto const torrent = side.find(spool)) torrent->set_reserved(pieces);
  });
}

void LibtorrentSwarm::claim(SpoolId spool, std::vector<Claim> const& claims) {
  if (!state_->session) return;
  state_->on_network([spool, claims](peer::Network& side) {
    if (auto const torrent = side.find(spool)) torrent->set_claims(claims);
  });
}

std::uint64_t LibtorrentSwarm::name_of(ContentId const& content) const {
  auto const& secret = state_->options.group_secret;
  return peer::company_name(peer::torrent_bytes(content, nullptr, secret).info_hash);
}

void LibtorrentSwarm::tell_company(std::vector<CompanyWord> const& news) {
  if (state_->stopped) return;
  state_->ensure_started();
  state_->on_network([news](peer::Network& side) { side.tell_company(news); });
}

void LibtorrentSwarm::meet(Digest const& sha256, DigestWord const& ours) {
  if (state_->stopped) return;
  state_->ensure_started();
  state_->on_network([=](peer::Network& side) { side.meetings().meet(sha256, ours); });
}

void LibtorrentSwarm::part(Digest const& sha256) {
  if (!state_->session || state_->stopped) return;
  state_->on_network([=](peer::Network& side) { side.meetings().part(sha256); });
}

void LibtorrentSwarm::ban(SourceId peer, Offence const& offence) {
  state_->ban(peer, offence);
}

std::vector<PeerBan> LibtorrentSwarm::bans() const {
  return state_->roster.bans().active(wall_now());
}

std::uint64_t LibtorrentSwarm::contents_uploaded() const {
  return state_->roster.uploaded();
}

std::vector<PeerStatus> LibtorrentSwarm::known_peers() const {
  return state_->roster.peers(steady_now());
}

ByPeerClass<PeerTraffic> LibtorrentSwarm::traffic() const {
  return state_->roster.traffic();
}

ByPeerClass<PeerTraffic> LibtorrentSwarm::traffic(ContentId const& content) const {
  return state_->roster.traffic(content);
}

void LibtorrentSwarm::allow(PeerAllowance allowance) {
  if (std::exchange(state_->allowance, allowance) == allowance || !state_->session) return;
  state_->on_network(
      [allowance = std::move(allowance)](peer::Network& side) { side.allow(allowance); });
}

void LibtorrentSwarm::set_class_limits(ByPeerClass<PeerLimits> const& limits) {
  if (std::exchange(state_->options.limits, limits) == limits) return;
  if (state_->session) state_->session->set_limits(limits);
}

void LibtorrentSwarm::set_limits(BytesPerSecond download, BytesPerSecond upload) {
  state_->limits = {download, upload};
  if (state_->session) state_->session->set_limits(download, upload);
}

}  // namespace freshet
