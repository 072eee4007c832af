#include "api/client/embedded_engine.h"

#include <array>
#include <ctime>
#include <future>
#include <utility>

#include "api/client/transfer_policy.h"
#include "api/client/trusted_keys.h"
#include "api/machine/machine_probe.h"
#include "engine/origin/curl_origin.h"
#include "engine/policy/decide.h"
#include "engine/share/sharing.h"
#include "peer/mode.h"
#include "peer/swarm.h"
#include "store/store.h"

namespace freshet {

namespace {

Result<void> check(Options const& options) {
  if (!options.data_dir.starts_with('/')) {
    return fail(Errc::path_invalid, "data_dir " + options.data_dir, "is no absolute path");
  }
  auto const wrong = [](std::string where, std::string why) {
    return fail(Errc::invalid_argument, std::move(where), std::move(why));
  };
  if (options.workers == 0 || options.workers > 64) return wrong("workers", "is not 1 to 64");
  if (options.files_active_max == 0) return wrong("files_active_max", "is 0");
  if (options.connections_per_source_max == 0) return wrong("connections_per_source_max", "is 0");
  return {};
}

Result<void> check(PeerOptions const& peers) {
  if (peers.mode != DownloadMode::group || !peers.group_secret.empty()) return {};
  return fail(Errc::invalid_argument, "peers.group_secret",
              "is missing: mode group asks peers to prove that they know it");
}

LocalTime local_time(WallTime wall) {
  auto const seconds = std::chrono::system_clock::to_time_t(wall);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  std::array<char, 16> month{};
  static_cast<void>(std::strftime(month.data(), month.size(), "%Y-%m", &parts));
  return {month.data(), static_cast<std::uint32_t>(parts.tm_hour)};
}

// Looking at the machine waits for nobody's disk work.
constexpr std::uint64_t kLookLane = ~0ULL - 7;

StoreOptions store_options(Options const& options) {
  StoreOptions store;
  store.data_dir = options.data_dir;
  store.cache_bytes_max = options.cache_bytes_max;
  return store;
}

TransferOptions transfer_options(Options const& options) {
  TransferOptions transfers;
  transfers.transfers_max = options.files_active_max;
  transfers.connections_per_source_max = options.connections_per_source_max;
  transfers.signatures_required = options.signatures_required;
  return transfers;
}

JobOptions job_options(Options const& options) {
  auto jobs = options.jobs;
  jobs.files_active_max = options.files_active_max;
  jobs.autostart = options.autostart;
  return jobs;
}

}  // namespace

class EmbeddedEngine::Key {};

Result<std::unique_ptr<EmbeddedEngine>> EmbeddedEngine::open(Options const& options) {
  if (auto checked = check(options); !checked) return tl::unexpected(checked.error());
  auto engine = std::make_unique<EmbeddedEngine>(Key(), options);
  if (auto read = engine->policies_.load(); !read) return tl::unexpected(read.error());
  // What may stay is decided while the store is opened.
  engine->first_look_ = read_machine(options.data_dir);
  auto peers = with_policies(options.peers, engine->policies_, *engine->first_look_);
  if (!peers) return tl::unexpected(peers.error());
  if (auto checked = check(*peers); !checked) return tl::unexpected(checked.error());
  engine->peer_options_ = engine->peers_wanted_ = std::move(*peers);
  engine->loop_.post(&CurlOrigin::prepare);  // While this thread opens the store.
  if (auto opened = engine->open_store(options); !opened) return tl::unexpected(opened.error());
  Result<void> composed;
  engine->run([&](std::function<void()> const& done) {
    composed = engine->compose(options);
    done();
  });
  if (!composed) return tl::unexpected(composed.error());
  return engine;
}

EmbeddedEngine::EmbeddedEngine(Key, Options const& options)
    : options_(options),
      policies_(options.policy_file, options.policy_file_required, options.policies),
      log_(options.log),
      pool_(options.workers),
      hub_(std::make_shared<EventHub>()) {}

Result<void> EmbeddedEngine::open_store(Options const& options) {
  auto with = store_options(options);
  auto const rules = cache_rules(policies_.policy(), *first_look_, options.cache_bytes_max);
  if (rules) with.cache_bytes_max = rules->bytes_max;
  auto store = Store::open(std::move(with), loop_, pool_, clock_, log_);
  if (!store) return tl::unexpected(store.error());
  store_ = std::move(*store);
  return {};
}

Result<void> EmbeddedEngine::compose(Options const& options) {
  auto& contents = store_->contents();
  auto transfers = transfer_options(options);
  auto keys = read_trusted_keys(options.trusted_keys, options.data_dir);
  if (!keys) return tl::unexpected(keys.error());
  transfers.trusted_keys = *keys;
  if (auto opened = open_swarm(peer_options_); !opened) return opened;
  origin_ = std::make_unique<CurlOrigin>(loop_, contents.gate(), clock_, log_);
  watch_nodes(std::move(*keys));
  transfers_ = std::make_unique<Transfers>(
      TransferPorts{loop_, clock_, random_, log_, contents, *origin_, swarm_.get()},
      std::move(transfers));
  sharing_ =
      std::make_unique<Sharing>(Sharing::Ports{loop_, clock_, log_, contents, *transfers_,
                                               store_->share_marks(), swarm_.get(), swarm_.get()},
                                SharingOptions{peer_options_.share_for, peer_options_.shares_max});
  desk_ = std::make_unique<TransfersDesk>(*transfers_);
  arrivals_ = std::make_unique<ArrivalBook>(
      ArrivalBook::Ports{store_->arrivals(), contents, [this](ContentId const& content) {
                           return swarm_ ? swarm_->traffic(content) : ByPeerClass<PeerTraffic>{};
                         }});
  book_ =
      std::make_unique<JobBook>(JobPorts{loop_, clock_, random_, log_, store_->ledger(), contents,
                                         *desk_, [this](SpoolId spool) { sharing_->let_go(spool); },
                                         &store_->notes(), arrivals_.get()},
                                job_options(options));
  book_->set_events(hub_.get());
  commands_ = std::make_unique<CommandRunner>(loop_);
  book_->set_command_runner(
      [this](std::uint32_t owner, std::vector<std::string> const& command,
             JobNotices::Accepted done) { commands_->run(owner, command, std::move(done)); });
  if (auto recovered = book_->recover(); !recovered) return recovered;
  sharing_->resume();
  return start_keeper();
}

Result<void> EmbeddedEngine::start_keeper() {
  PolicyPorts ports{.loop = loop_,
                    .clock = clock_,
                    .log = log_,
                    .notes = store_->notes(),
                    .local_time = local_time,
                    .look = [this](auto answer) { look_at_machine(std::move(answer)); },
                    .seen = [this](MachineState const& machine) { on_seen(machine); },
                    .moved = [this] { return moved(); },
                    .apply = [this](PolicyVerdict const& verdict) { apply(verdict); }};
  keeper_ = std::make_unique<PolicyKeeper>(std::move(ports), KeeperOptions{});
  auto started = keeper_->start(policies_.policy(), policies_.machine());
  if (nodes_) nodes_->start();
  return started;
}

// Nodes are peers of this link: who meets none looks for none.
void EmbeddedEngine::watch_nodes(TrustedKeys keys) {
  auto const rules = rules_of(peer_options_.mode, !peer_options_.group_secret.empty());
  bool const looks = rules.local_search && peer_options_.local_search &&
                     policies_.peers().find_nodes.value_or(false);
  if (!looks || keys.empty()) return;
  nodes_ = std::make_shared<NodeWatch>(NodeWatch::Ports{loop_, clock_, log_, random_, *origin_,
                                                        [this] {
                                                          if (keeper_) apply(keeper_->verdict());
                                                        }},
                                       std::move(keys));
}

void EmbeddedEngine::look_at_machine(std::function<void(MachineState)> answer) {
  if (first_look_) return answer(*std::exchange(first_look_, std::nullopt));
  pool_.run(kLookLane, [&loop = loop_, directory = options_.data_dir, answer = std::move(answer)] {
    loop.post([answer, machine = read_machine(directory)] { answer(machine); });
  });
}

MovedBytes EmbeddedEngine::moved() const {
  MovedBytes moved;
  auto const& fetched = transfers_->fetched();
  moved.from_origin = fetched.from_origin;
  moved.from_cache_hosts = fetched.from_cache_hosts;
  moved.files_downloaded = fetched.files;
  if (swarm_) {
    moved.peers = swarm_->traffic();
    moved.files_uploaded = swarm_->contents_uploaded();
  }
  return moved;
}

EngineCounters EmbeddedEngine::counters() const {
  auto counters = transfers_->counters();
  counters.moved = moved();
  store_->count(counters);
  return counters;
}

void EmbeddedEngine::apply(PolicyVerdict verdict) {
  verdict_ = narrowed(std::move(verdict), peer_options_, peers_wanted_);
  auto const& policy = policies_.policy();
  cache_hosts_ = cache_hosts_of(policy, keeper_->machine());
  auto transfers = transfer_policy(policy, verdict_, keeper_->machine());
  bool const named = policy.cache_host || !transfers.cache_hosts.empty();
  if (nodes_ && verdict_.cache_hosts && !named) transfers.cache_hosts = nodes_->hosts();
  transfers_->set_policy(std::move(transfers));
  transfers_->set_limit(lesser(options_.download_limit, verdict_.download));
  apply_cache_rules(keeper_->machine());
  if (!conditions_told_) {
    book_->set_conditions({true, verdict_.metered ? cost::usage_based : cost::unrestricted});
  }
  sharing_->set_share_for(peers_wanted_.share_for);
  if (!swarm_) return;
  swarm_->allow(verdict_.peers);
  swarm_->set_class_limits(class_limits(peers_wanted_.limits, verdict_));
  swarm_->set_limits({}, verdict_.upload);
}

void EmbeddedEngine::on_seen(MachineState const& machine) {
  apply_cache_rules(machine);
  arrivals_->save();
  // The network may hand out others than before.
  bool const other = cache_hosts_ && cache_hosts_of(policies_.policy(), machine) != *cache_hosts_;
  if (other) apply(keeper_->verdict());
}

// A share of what is free changes all the time.
void EmbeddedEngine::apply_cache_rules(MachineState const& machine) {
  auto const rules = cache_rules(policies_.policy(), machine, options_.cache_bytes_max);
  if (rules) store_->set_cache_rules(*rules);
}

void EmbeddedEngine::set_download_limit(BytesPerSecond limit) {
  options_.download_limit = limit;
  apply(keeper_->verdict());
}

void EmbeddedEngine::set_conditions(Conditions conditions) {
  conditions_told_ = true;
  book_->set_conditions(conditions);
}

Result<void> EmbeddedEngine::reload_policies() {
  auto fresh = policies_;
  if (auto read = fresh.load(); !read) return read;
  auto peers = with_policies(options_.peers, fresh, keeper_->machine());
  if (!peers) return tl::unexpected(peers.error());
  policies_ = std::move(fresh);
  peers_wanted_ = std::move(*peers);
  if (auto const waits = needs_restart(peer_options_, peers_wanted_); !waits.empty()) {
    log_.write(LogLevel::warn, "policies changed that need a restart", {{"what", waits}});
  }
  keeper_->set(policies_.policy(), policies_.machine());
  // What does not change the verdict may change how it is carried out.
  apply(keeper_->verdict());
  return {};
}

Result<void> EmbeddedEngine::open_swarm(PeerOptions const& options) {
  if (!rules_of(options.mode, !options.group_secret.empty()).peers) return {};
  auto swarm = LibtorrentSwarm::open(
      {loop_, pool_, log_, store_->contents().gate(), store_->reader()}, SwarmOptions(options));
  if (!swarm) return tl::unexpected(swarm.error());
  swarm_ = std::move(*swarm);
  return {};
}

ContentStore& EmbeddedEngine::contents() {
  return store_->contents();
}

ShareMarks& EmbeddedEngine::share_marks() {
  return store_->share_marks();
}

void EmbeddedEngine::run(std::function<void(std::function<void()>)> const& work) {
  // Shared: this may return before `set_value` has.
  auto const done = std::make_shared<std::promise<void>>();
  loop_.post([&work, done] { work([done] { done->set_value(); }); });
  done->get_future().wait();
}

void EmbeddedEngine::close_jobs(std::function<void()> done) {
  if (nodes_) std::exchange(nodes_, nullptr)->stop();
  if (!book_) {
    close_swarm();
    return done();
  }
  if (keeper_) {
    return keeper_->stop([this, done = std::move(done)] {
      // A later turn: the keeper is still on the stack here.
      loop_.post([this, done] {
        keeper_.reset();
        close_jobs(done);
      });
    });
  }
  book_->stop([this, done = std::move(done)] {
    // A later turn: the book is still on the stack here.
    loop_.post([this, done] {
      book_->set_events(nullptr);
      commands_->stop();
      book_.reset();
      arrivals_->save();
      arrivals_.reset();
      desk_.reset();
      sharing_.reset();
      transfers_.reset();
      close_swarm();
      origin_->stop();
      done();
    });
  });
}

void EmbeddedEngine::close_swarm() {
  if (swarm_) swarm_->stop();
  swarm_.reset();
}

void EmbeddedEngine::close_store(std::function<void()> done) {
  if (!store_) return done();
  store_->stop(std::move(done));
}

EmbeddedEngine::~EmbeddedEngine() {
  run([this](std::function<void()> done) { close_jobs(std::move(done)); });
  run([this](std::function<void()> done) { close_store(std::move(done)); });
  loop_.stop();
  pool_.stop();
}

}  // namespace freshet
