#include "engine/transfer/company.h"

#include <algorithm>
#include <utility>

#include "engine/transfer/rendezvous.h"

namespace freshet {

namespace {

using Kind = CompanyWord::Kind;
using Turn = Company::Verdict::Turn;

}  // namespace

bool Company::trusted(Peer const& peer, TimePoint now) const {
  return now >= peer.distrusted_until && now >= nobody_until_;
}

// Of those who have nothing to say, one whom we do not have to remember makes room.
Company::Peer* Company::admit(std::uint64_t key) {
  if (auto const known = peers_.find(key); known != peers_.end()) return &known->second;
  if (peers_.size() >= policy_.peers_max) {
    auto const silent =
        std::ranges::find_if(peers_, [](auto const& it) { return it.second.says.empty(); });
    if (silent == peers_.end()) return nullptr;
    peers_.erase(silent);
  }
  return &peers_[key];
}

void Company::hear(PeerInfo const& info, bool anew, std::vector<CompanyWord> const& words,
                   TimePoint now) {
  bool const is_new = !peers_.contains(info.key);
  auto* const peer = admit(info.key);
  if (peer == nullptr) return;
  if (is_new) search_on(now);
  peer->address = info.address;
  if (anew) peer->says.clear();
  if (anew) peer->has_count = 0;
  for (auto const& word : words) take_word(*peer, word);
}

void Company::take_word(Peer& peer, CompanyWord const& word) {
  auto const before = peer.says.find(word.name);
  bool const known = before != peer.says.end();
  bool const had = known && before->second == Kind::has;
  bool const has = word.kind == Kind::has;
  if (!known && (word.kind == Kind::leaves || peer.says.size() >= policy_.names_max)) return;
  if (known && has && !had) ++peer.brought;
  if (had) --peer.has_count;
  if (has) ++peer.has_count;
  peer.says[word.name] = word.kind;
  if (word.kind == Kind::leaves) peer.says.erase(word.name);
}

void Company::forget(std::uint64_t key) {
  auto const found = peers_.find(key);
  if (found == peers_.end()) return;
  found->second.says.clear();
  found->second.has_count = 0;
  found->second.owes_since.reset();
  if (found->second.strikes == 0) peers_.erase(found);
}

bool Company::busy(TimePoint now) const {
  return std::ranges::any_of(peers_, [&](auto const& it) {
    return it.second.has_count < it.second.says.size() && trusted(it.second, now);
  });
}

Duration Company::lease() const {
  auto const wanted = std::max(fetch_time_ * policy_.lease_fetches, fetch_time_now_ * 2);
  return std::clamp(wanted, policy_.lease_min, policy_.lease_max);
}

void Company::strike(Peer& peer, TimePoint now) {
  auto const times = std::min(peer.strikes++, 16);
  auto const wait = std::min(policy_.distrust_min * (1 << times), policy_.distrust_max);
  peer.distrusted_until = now + wait;
  peer.owes_since.reset();
  if (++broken_in_a_row_ < policy_.broken_max) return;
  broken_in_a_row_ = 0;
  nobody_until_ = now + policy_.distrust_min;
}

void Company::begin_lease(Peer& peer, TimePoint now) const {
  if (peer.owes_since) return;
  peer.owes_since = now;
  peer.brought = 0;
  peer.fetched_before = fetched_;
}

void Company::end_leases(TimePoint now) {
  for (auto& [key, peer] : peers_) {
    if (!peer.owes_since || now - *peer.owes_since < lease()) continue;
    bool const keeps_up = peer.brought * policy_.pace_min >= fetched_ - peer.fetched_before;
    if (peer.brought > 0 && keeps_up) {
      peer.owes_since.reset();
    } else {
      strike(peer, now);
    }
  }
}

// Each of those who take it begins with others, so that the first who have it do not serve all.
std::vector<Company::Holder> Company::holders_of(std::uint64_t name, TimePoint now) const {
  std::vector<std::pair<std::uint64_t, Holder>> found;
  for (auto const& [key, peer] : peers_) {
    auto const word = peer.says.find(name);
    if (word == peer.says.end() || word->second != Kind::has) continue;
    if (peer.gives_nothing && !trusted(peer, now)) continue;
    found.emplace_back(rendezvous_weight(own_key_ ^ key, name), Holder{key, peer.address});
  }
  std::ranges::sort(found, {}, [](auto const& it) { return it.first; });
  std::vector<Holder> holders;
  for (auto& [weight, holder] : found) holders.push_back(std::move(holder));
  return holders;
}

Company::Verdict Company::judge(std::uint64_t name, TimePoint now) {
  end_leases(now);
  if (now < nobody_until_) return {};
  if (auto holders = holders_of(name, now); !holders.empty()) {
    return {Turn::take, std::move(holders)};
  }
  Peer* owner = nullptr;
  auto owner_key = own_key_;
  auto turn = Turn::spare;
  for (auto& [key, peer] : peers_) {
    auto const word = peer.says.find(name);
    if (word == peer.says.end() || word->second == Kind::has || !trusted(peer, now)) continue;
    bool const fetches = word->second == Kind::fetches;
    if (!fetches && !outranks(key, owner_key, name)) continue;
    owner_key = key;
    owner = &peer;
    if (fetches) turn = Turn::leave;
    if (fetches) break;
  }
  if (owner == nullptr) return {};
  begin_lease(*owner, now);
  return {turn, {}};
}

std::optional<TimePoint> Company::next_look(TimePoint now) const {
  std::optional<TimePoint> next;
  for (auto const& [key, peer] : peers_) {
    if (!peer.owes_since) continue;
    auto const end = std::max(*peer.owes_since + lease(), now);
    next = std::min(next.value_or(end), end);
  }
  return next;
}

void Company::kept(std::vector<Holder> const& holders) {
  broken_in_a_row_ = 0;
  for (auto const& holder : holders) {
    auto const found = peers_.find(holder.key);
    if (found == peers_.end()) continue;
    auto& peer = found->second;
    peer.strikes = 0;
    peer.gives_nothing = false;
  }
}

void Company::broke(std::vector<Holder> const& holders, TimePoint now) {
  for (auto const& holder : holders) {
    auto const found = peers_.find(holder.key);
    if (found == peers_.end()) continue;
    found->second.gives_nothing = true;
    // Several that began together end together: that is one lease.
    if (trusted(found->second, now)) strike(found->second, now);
  }
}

void Company::on_fetched(Duration time) {
  ++fetched_;
  fetch_time_ = time;
}

void Company::begin_burst(TimePoint now) {
  searching_ = false;
  search_ends_ = search_ends_at_last_ = busy(now) ? now : now + policy_.search_max;
}

void Company::begin_search(TimePoint now) {
  if (!std::exchange(searching_, true)) search_on(now);
}

void Company::search_on(TimePoint now) {
  search_ends_ = std::min(now + policy_.search_time, search_ends_at_last_);
}

std::optional<TimePoint> Company::searches_until(TimePoint now) const {
  return now < search_ends_ ? std::optional(search_ends_) : std::nullopt;
}

}  // namespace freshet
