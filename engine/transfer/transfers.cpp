#include "engine/transfer/transfers.h"

#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "engine/base/assert.h"
#include "engine/transfer/company_desk.h"
#include "engine/transfer/transfer.h"
#include "engine/transfer/transfer_queue.h"
#include "engine/transfer/wish_key.h"

namespace freshet {

namespace {

void add(LimiterTimes& sum, LimiterTimes const& times) {
  for (std::size_t i = 0; i < kLimiters; ++i) sum[i] += times[i];
}

}  // namespace

struct Transfers::State final : TransferHost, StoreEvents, OriginEvents, SwarmEvents {
  State(TransferPorts with, TransferOptions and_options)
      : ports_(with),
        options_(and_options),
        budget_(options_.connections_max, options_.connections_per_host_max),
        company_(with.swarm) {
    options_.transfers_max = std::min(options_.transfers_max, options_.connections_max);
  }

  // TransferHost
  TransferPorts const& ports() override { return ports_; }
  TransferOptions const& options() override { return options_; }
  FetchIds& fetch_ids() override { return fetch_ids_; }
  ConnectionBudget& budget() override { return budget_; }
  SourceId next_source() override { return SourceId{++last_source_}; }
  TransferPolicy const& policy() override { return policy_; }
  BytesPerSecond limit() override { return limit_; }
  EngineCounters& counters() override { return counters_; }
  void own_fetch(StartFetch const& fetch, Source const& source,
                 std::shared_ptr<Transfer> transfer) override {
    fetches_.emplace(fetch.id,
                     Owned{source.host, source.cache_host, fetch.begin, std::move(transfer)});
  }
  void own_spool(SpoolId spool, std::shared_ptr<Transfer> transfer) override {
    spools_.insert_or_assign(spool, std::move(transfer));
  }
  void disown_spool(SpoolId spool) override { spools_.erase(spool); }
  void on_shared(SpoolId spool) override { shared_.insert(spool); }
  void on_proven(SwarmSpec spec) override {
    auto const spool = spec.spool;
    proven_.insert_or_assign(spool, std::move(spec));
  }
  void wake_at(TimePoint when) override;
  void on_sealing(Transfer& transfer) override;
  void on_ended(Transfer& transfer) override;
  void on_fetching_again(Transfer& transfer) override;
  void before_plan(Transfer const& transfer) override;
  void on_searching() override {
    company_.company().begin_search(ports_.clock.now());
    start_more();
  }
  void on_asking_origin(Transfer const& transfer) override {
    company_.on_asking_origin(transfer, ports_.clock.now());
  }
  bool among_known(Transfer const& transfer) override {
    return company_.among_known(transfer, ports_.clock.now());
  }
  void meet(Digest const& sha256, DigestWord const& ours, Transfer const& transfer) override {
    askers_[sha256].insert(&transfer);
    ports_.swarm->meet(sha256, ours);
  }
  void part(Digest const& sha256, Transfer const& transfer) override {
    auto& askers = askers_[sha256];
    askers.erase(&transfer);
    if (!askers.empty()) return;
    askers_.erase(sha256);
    ports_.swarm->part(sha256);
  }

  // StoreEvents
  void on_piece_present(SpoolId spool, PieceIndex piece, SourceId last_sender) override;
  void on_piece_rejected(SpoolId spool, PieceIndex piece, std::vector<Blame> blame) override;
  void on_liars_proven(SpoolId spool, std::vector<Blame> blame) override {
    if (auto const of = of_spool(spool)) of->on_liars_proven(blame);
  }
  void on_spool_failed(SpoolId spool, Error error) override;

  // OriginEvents
  void on_answer(FetchId fetch, HttpAnswer answer) override {
    if (auto const of = of_fetch(fetch)) of->on_answer(std::move(answer));
  }
  void on_head(FetchId fetch, OriginHead head) override;
  void on_progress(FetchId fetch, Bytes next) override;
  void on_fetch_end(FetchId fetch, FetchEnd end) override;

  // SwarmEvents
  void on_peer(SpoolId spool, PeerInfo const& peer) override {
    if (auto const of = of_spool(spool)) of->on_peer(peer);
  }
  void on_peer_gone(SpoolId spool, SourceId peer, Error why) override {
    if (auto const of = of_spool(spool)) of->on_peer_gone(peer, std::move(why));
  }
  void on_peer_refused(SpoolId spool, std::string const& address, Error const& why) override {
    if (auto const of = of_spool(spool)) of->on_peer_refused(address, why);
  }
  void on_peer_has(SpoolId spool, SourceId peer, PieceMap const& all) override {
    if (auto const of = of_spool(spool)) of->on_peer_has(peer, all);
  }
  void on_claims(SpoolId spool, SourceId peer, std::vector<Claim> claims) override {
    if (auto const of = of_spool(spool)) of->on_claims(peer, claims);
  }
  void on_manifest(SpoolId spool, std::shared_ptr<Manifest const> manifest) override {
    if (auto const of = of_spool(spool)) of->on_manifest(std::move(manifest));
  }
  void on_received(SpoolId spool, SourceId peer, Bytes bytes) override {
    if (auto const of = of_spool(spool)) of->on_received(peer, bytes);
  }
  void on_sent(SpoolId, SourceId, Bytes) override {}  // Counted by the swarm.
  void on_piece_asked(SpoolId spool, PieceIndex piece, bool asked) override {
    if (auto const of = of_spool(spool)) of->on_piece_asked(piece, asked);
  }

  void on_company(PeerInfo const& peer, bool anew, std::vector<CompanyWord> const& words) override {
    company_.company().hear(peer, anew, words, ports_.clock.now());
    start_more();
  }
  void on_company_gone(std::uint64_t key) override {
    company_.company().forget(key);
    start_more();
  }

  void on_word(Digest const& sha256, PeerInfo const& peer, DigestWord const& word) override {
    for (auto const& transfer : asking(sha256)) transfer->on_word(peer, word);
  }
  void on_word_gone(Digest const& sha256, SourceId peer) override {
    for (auto const& transfer : asking(sha256)) transfer->on_word_gone(peer);
  }

  struct Owned {
    HostKey host{};
    bool cache_host = false;
    Bytes counted_to = 0;  // Its position that is counted as fetched.
    std::shared_ptr<Transfer>
        transfer;  // Until its end is heard, even if nobody wants it any more.
  };

  void count_fetched(Owned& fetch, Bytes next);
  void start_more();
  void take_in(WishId id, Wish wish, WishListener& listener);
  [[nodiscard]] std::shared_ptr<Transfer> take_next();
  void on_wake();
  void advance_refused();
  [[nodiscard]] std::shared_ptr<Transfer> of_spool(SpoolId spool) const {
    auto const found = spools_.find(spool);
    return found == spools_.end() ? nullptr : found->second;
  }
  [[nodiscard]] std::shared_ptr<Transfer> of_fetch(FetchId fetch) const {
    auto const found = fetches_.find(fetch);
    return found == fetches_.end() ? nullptr : found->second.transfer;
  }
  [[nodiscard]] std::vector<std::shared_ptr<Transfer>> asking(Digest const& sha256) const {
    std::vector<std::shared_ptr<Transfer>> all;
    for (auto const& [key, transfer] : active_) {
      if (transfer->asked() == sha256) all.push_back(transfer);
    }
    return all;
  }
  void post(std::function<void(State&)> task) {
    ports_.loop.post([alive = std::weak_ptr<State*>(alive_), task = std::move(task)] {
      if (auto const self = alive.lock()) task(**self);
    });
  }

  TransferPorts ports_;
  TransferOptions options_;
  TransferPolicy policy_;
  BytesPerSecond limit_{};
  EngineCounters counters_;
  LimiterTimes spent_{};  // By transfers that have ended.
  FetchedBytes fetched_;
  ConnectionBudget budget_;
  CompanyDesk company_;
  FetchIds fetch_ids_;
  std::uint64_t last_source_ = 0;
  std::uint64_t last_wish_ = 0;

  std::unordered_map<WishId, std::shared_ptr<Transfer>> wishes_;
  std::unordered_map<std::string, std::shared_ptr<Transfer>> by_key_;  // Not ended.
  TransferQueue queue_;
  std::unordered_map<Transfer const*, std::shared_ptr<Transfer>> active_;
  std::unordered_map<Transfer const*, std::shared_ptr<Transfer>> sealing_;
  std::unordered_map<FetchId, Owned> fetches_;
  std::unordered_map<SpoolId, std::shared_ptr<Transfer>> spools_;
  std::unordered_map<Digest, std::unordered_set<Transfer const*>> askers_;
  std::unordered_map<SpoolId, SwarmSpec> proven_;  // That nobody asked for yet.
  std::unordered_set<SpoolId> shared_;             // With the swarm although their transfers ended.
  TimerId timer_ = TimerId::none;
  TimePoint timer_at_{};
  bool starting_ = false;
  // The loop may outlive us; what was posted then finds nobody.
  std::shared_ptr<State*> alive_ = std::make_shared<State*>(this);
};

void Transfers::State::wake_at(TimePoint when) {
  if (timer_ != TimerId::none && timer_at_ <= when) return;
  ports_.loop.cancel(timer_);
  timer_at_ = when;
  timer_ = ports_.loop.at(when, [alive = std::weak_ptr<State*>(alive_)] {
    if (auto const self = alive.lock()) (*self)->on_wake();
  });
}

void Transfers::State::on_wake() {
  timer_ = TimerId::none;
  auto const now = ports_.clock.now();
  std::vector<std::shared_ptr<Transfer>> due;
  for (auto const& [key, transfer] : active_) {
    if (!transfer->wake()) continue;
    if (*transfer->wake() <= now) {
      due.push_back(transfer);
    } else {
      wake_at(*transfer->wake());
    }
  }
  for (auto const& transfer : due) transfer->advance();
  if (!queue_.empty()) start_more();
}

void Transfers::State::take_in(WishId id, Wish wish, WishListener& listener) {
  auto key = key_of(wish);
  if (auto const found = by_key_.find(key); found != by_key_.end()) {
    wishes_.insert_or_assign(id, found->second);
    queue_.hurry(*found->second, wish.priority);
    return post(
        [id, transfer = found->second, wish = std::move(wish), &listener](State& self) mutable {
          // Dropped before it began.
          if (!self.wishes_.contains(id)) return;
          // What it should have joined may have ended before it could.
          if (transfer->ended()) return self.take_in(id, std::move(wish), listener);
          transfer->join(id, std::move(wish), listener);
        });
  }
  auto const now = ports_.clock.now();
  bool const first = active_.empty() && queue_.empty();
  auto const transfer = std::make_shared<Transfer>(*this, key, now);
  if (policy_.peers) company_.on_queued(*transfer, wish, first, policy_.peer_bytes_min, now);
  queue_.put(transfer, wish.priority);
  transfer->join(id, std::move(wish), listener);
  wishes_.insert_or_assign(id, transfer);
  by_key_.emplace(std::move(key), transfer);
  start_more();
}

// Whoever has a connection leaves one for each who has none.
void Transfers::State::before_plan(Transfer const& transfer) {
  std::uint32_t without = 0;
  for (auto const& [key, other] : active_) {
    if (key != &transfer && other->connections() == 0) ++without;
  }
  budget_.set_others_without(without);
}

void Transfers::State::start_more() {
  if (std::exchange(starting_, true)) return;
  post([](State& self) {
    self.starting_ = false;
    while (auto const next = self.take_next()) {
      self.active_.emplace(next.get(), next);
      next->start();
    }
  });
}

// The first that others do not fetch for us.
std::shared_ptr<Transfer> Transfers::State::take_next() {
  if (active_.size() >= options_.transfers_max || sealing_.size() >= options_.seals_max) return {};
  auto const now = ports_.clock.now();
  bool const alone = active_.empty();
  auto next = queue_.take([&](Transfer const& it) {
    return policy_.peers ? company_.rank(it, alone, now) : std::optional<std::uint64_t>(0);
  });
  if (next) company_.on_starting(*next, now);
  if (next) return next;
  if (auto const look = company_.next_look(now)) wake_at(*look);
  return {};
}

void Transfers::State::on_sealing(Transfer& transfer) {
  if (active_.erase(&transfer) > 0) sealing_.emplace(&transfer, transfer.shared_from_this());
  company_.on_arrived(transfer, ports_.clock.now());
  start_more();
}

// It may exceed the number that run at the same time for a while: its place is taken.
void Transfers::State::on_fetching_again(Transfer& transfer) {
  if (sealing_.erase(&transfer) > 0) active_.emplace(&transfer, transfer.shared_from_this());
  company_.on_fetching_again(transfer);
}

void Transfers::State::on_ended(Transfer& transfer) {
  queue_.remove(transfer);
  active_.erase(&transfer);
  sealing_.erase(&transfer);
  company_.on_ended(transfer);
  if (transfer.succeeded()) ++fetched_.files;
  add(spent_, transfer.limiter_times());
  if (auto const found = by_key_.find(transfer.key());
      found != by_key_.end() && found->second.get() == &transfer) {
    by_key_.erase(found);
  }
  start_more();
}

void Transfers::State::advance_refused() {
  if (!budget_.take_refused()) return;
  std::vector<std::shared_ptr<Transfer>> all;
  for (auto const& [key, transfer] : active_) all.push_back(transfer);
  for (auto const& transfer : all) transfer->advance();
}

void Transfers::State::on_piece_present(SpoolId spool, PieceIndex piece, SourceId last_sender) {
  if (auto const of = of_spool(spool)) of->on_piece_present(spool, piece, last_sender);
}

void Transfers::State::on_piece_rejected(SpoolId spool, PieceIndex piece,
                                         std::vector<Blame> blame) {
  if (auto const of = of_spool(spool)) {
    of->on_piece_rejected(spool, piece, std::move(blame));
  }
}

void Transfers::State::on_spool_failed(SpoolId spool, Error error) {
  if (auto const of = of_spool(spool)) of->on_spool_failed(spool, std::move(error));
}

void Transfers::State::on_head(FetchId fetch, OriginHead head) {
  if (auto const of = of_fetch(fetch)) of->on_head(fetch, std::move(head));
}

void Transfers::State::count_fetched(Owned& fetch, Bytes next) {
  if (next <= fetch.counted_to) return;
  (fetch.cache_host ? fetched_.from_cache_hosts : fetched_.from_origin) += next - fetch.counted_to;
  fetch.counted_to = next;
}

void Transfers::State::on_progress(FetchId fetch, Bytes next) {
  if (auto const found = fetches_.find(fetch); found != fetches_.end()) {
    count_fetched(found->second, next);
  }
  if (auto const of = of_fetch(fetch)) of->on_progress(fetch, next);
}

void Transfers::State::on_fetch_end(FetchId fetch, FetchEnd end) {
  auto const found = fetches_.find(fetch);
  if (found == fetches_.end()) return;
  auto owned = std::move(found->second);
  fetches_.erase(found);
  count_fetched(owned, end.next);
  budget_.closed(owned.host);
  owned.transfer->on_fetch_end(fetch, std::move(end));
  advance_refused();
}

Transfers::Transfers(TransferPorts ports, TransferOptions options)
    : state_(std::make_unique<State>(ports, options)) {
  ports.store.set_events(state_.get());
  ports.origin.set_events(state_.get());
  if (ports.swarm != nullptr) ports.swarm->set_events(state_.get());
}

Transfers::~Transfers() {
  auto const& ports = state_->ports_;
  for (auto const& [id, owned] : state_->fetches_) ports.origin.cancel(id);
  ports.loop.cancel(state_->timer_);
  ports.store.set_events(nullptr);
  ports.origin.set_events(nullptr);
  if (ports.swarm != nullptr) ports.swarm->set_events(nullptr);
}

WishId Transfers::want(Wish wish, WishListener& listener) {
  auto const id = WishId{++state_->last_wish_};
  state_->take_in(id, std::move(wish), listener);
  return id;
}

void Transfers::drop(WishId wish) {
  auto const found = state_->wishes_.find(wish);
  FRESHET_ASSERT(found != state_->wishes_.end());
  auto const transfer = found->second;
  state_->wishes_.erase(found);
  if (transfer->leave(wish)) transfer->stop();
}

WishProgress Transfers::progress(WishId wish) const {
  auto const found = state_->wishes_.find(wish);
  return found == state_->wishes_.end() ? WishProgress{} : found->second->progress(wish);
}

std::string Transfers::why(WishId wish) const {
  auto const found = state_->wishes_.find(wish);
  return found == state_->wishes_.end() ? "{}" : found->second->why();
}

ByteRange Transfers::ready(WishId wish, Bytes begin) const {
  auto const found = state_->wishes_.find(wish);
  return found == state_->wishes_.end() ? ByteRange{begin, begin} : found->second->ready(begin);
}

std::shared_ptr<HttpAnswer const> Transfers::answer(WishId wish) const {
  auto const found = state_->wishes_.find(wish);
  return found == state_->wishes_.end() ? nullptr : found->second->answer();
}

void Transfers::prefer(WishId wish, std::vector<ByteRange> ranges) {
  auto const found = state_->wishes_.find(wish);
  if (found != state_->wishes_.end()) found->second->prefer(wish, std::move(ranges));
}

bool Transfers::share_proven(SpoolId spool) {
  auto const found = state_->proven_.extract(spool);
  if (found.empty()) return false;
  PieceMap all(found.mapped().manifest->pieces());
  all.set(pieces(0, all.size()));
  share(std::move(found.mapped()), all);
  return true;
}

void Transfers::stop_sharing(SpoolId spool) {
  if (!runs(spool)) state_->proven_.erase(spool);
  if (runs(spool) || state_->shared_.erase(spool) == 0) return;
  state_->ports_.swarm->leave(spool);
}

void Transfers::share(SwarmSpec spec, PieceMap const& present) {
  FRESHET_ASSERT(state_->ports_.swarm != nullptr);
  if (!state_->shared_.insert(spec.spool).second) return;
  state_->ports_.swarm->join(std::move(spec), present);
}

bool Transfers::shares(SpoolId spool) const {
  return state_->shared_.contains(spool);
}

bool Transfers::runs(SpoolId spool) const {
  return state_->of_spool(spool) != nullptr;
}

void Transfers::set_limit(BytesPerSecond limit) {
  state_->limit_ = limit;
  state_->ports_.origin.set_limit(limit);
}

void Transfers::set_policy(TransferPolicy policy) {
  if (state_->policy_ == policy) return;
  state_->policy_ = std::move(policy);
  state_->start_more();
  std::vector<std::shared_ptr<Transfer>> all;
  for (auto const& [key, transfer] : state_->active_) all.push_back(transfer);
  for (auto const& transfer : all) transfer->advance();
}

FetchedBytes const& Transfers::fetched() const {
  return state_->fetched_;
}

EngineCounters Transfers::counters() const {
  auto counters = state_->counters_;
  auto spent = state_->spent_;
  for (auto const& [key, transfer] : state_->active_) add(spent, transfer->limiter_times());
  for (auto const& [key, transfer] : state_->sealing_) add(spent, transfer->limiter_times());
  state_->queue_.for_each([&](Transfer const& it) { add(spent, it.limiter_times()); });
  for (std::size_t i = 0; i < kLimiters; ++i) {
    counters.spent.emplace_back(name(static_cast<Limiter>(i)), spent[i]);
  }
  return counters;
}

TransferCounts Transfers::counts() const {
  TransferCounts counts;
  for (auto const& [key, transfer] : state_->active_) {
    bool const foreground = transfer->priority() == Priority::foreground;
    ++(foreground ? counts.foreground : counts.background);
    auto const to_caches = transfer->cache_connections();
    counts.cache_connections += to_caches;
    counts.origin_connections += static_cast<std::uint32_t>(transfer->connections()) - to_caches;
  }
  state_->queue_.for_each([&](Transfer const& it) {
    bool const foreground = it.priority() == Priority::foreground;
    ++(foreground ? counts.foreground_waiting : counts.background_waiting);
  });
  return counts;
}

}  // namespace freshet
