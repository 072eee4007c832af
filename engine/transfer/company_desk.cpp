#include "engine/transfer/company_desk.h"

#include <algorithm>
#include <utility>

#include "engine/content/geometry.h"
#include "engine/content/torrent_file.h"
#include "engine/transfer/rendezvous.h"
#include "engine/transfer/transfer.h"

namespace freshet {

namespace {

using Kind = CompanyWord::Kind;
using Turn = Company::Verdict::Turn;

// What a wish names, if the whole of it is wanted and all who have it cut it alike. Nothing here
// is believed yet: it only decides who fetches what.
std::optional<ContentId> named_content(Wish const& wish, Bytes manifest_bytes_max) {
  auto const& file = wish.file;
  if (!wish.peers || !file.ranges.empty() || file.hash_of_hashes) return std::nullopt;
  if (file.content) return file.content;
  auto const& document = wish.manifest_document;
  if (document.empty() || document.size() > manifest_bytes_max) return std::nullopt;
  auto const torrent = read_torrent(document);
  if (!torrent) return std::nullopt;
  auto const& manifest = *torrent->manifest;
  bool const canonical = manifest.piece_length == piece_length_for(manifest.content.length);
  return canonical ? std::optional(manifest.content) : std::nullopt;
}

}  // namespace

void CompanyDesk::tell(Entry const& entry, Kind kind) {
  swarm_->tell_company({{entry.name, kind}});
}

void CompanyDesk::on_queued(Transfer const& transfer, Wish const& wish, bool first, Bytes bytes_min,
                            TimePoint now) {
  if (swarm_ == nullptr) return;
  if (first) company_.begin_burst(now);
  auto const content = named_content(wish, limits_.manifest_bytes_max);
  if (!content || content->length < std::max<Bytes>(bytes_min, 1)) return;
  if (content->length > limits_.content_bytes_max) return;
  Entry entry;
  entry.name = swarm_->name_of(*content);
  entry.told_at = now;
  tell(entry, Kind::wants);
  entries_.emplace(&transfer, std::move(entry));
  ++waiting_;
}

template <typename Counts>
std::size_t CompanyDesk::under_way(Counts counts) const {
  auto const counted = [&](Transfer const* it) { return counts(entries_.at(it)); };
  return static_cast<std::size_t>(std::ranges::count_if(running_, counted));
}

bool CompanyDesk::fetches_less_than(std::size_t count) const {
  return under_way([](Entry const& it) { return it.fetched_since.has_value(); }) < count;
}

bool CompanyDesk::waits_until(TimePoint when, TimePoint now) {
  if (now >= when) return false;
  look_at_ = std::min(look_at_.value_or(when), when);
  return true;
}

bool CompanyDesk::may_fetch(Entry const& entry, TimePoint now) {
  if (!company_.busy(now) || entries_.size() < limits_.burst_min) return true;
  return !waits_until(entry.told_at + limits_.settle, now) && fetches_less_than(fetches_.now());
}

// A slow peer must not hold up more than it has begun.
bool CompanyDesk::may_take_over(Entry& entry, TimePoint now) {
  if (!entry.left_since) entry.left_since = now;
  return !waits_until(*entry.left_since + limits_.spare_wait, now) && fetches_less_than(1);
}

bool CompanyDesk::may_take(Company::Holder const& holder) const {
  auto const from_it = [&](Entry const& it) {
    return std::ranges::find(it.holders, holder) != it.holders.end();
  };
  return under_way(from_it) < takes_.now();
}

bool CompanyDesk::among_known(Transfer const& transfer, TimePoint now) const {
  auto const found = entries_.find(&transfer);
  if (found == entries_.end()) return false;
  return !found->second.holders.empty() || company_.busy(now);
}

void CompanyDesk::look_at_fetches(TimePoint now) {
  Duration longest{};
  for (auto const* const transfer : running_) {
    auto const& since = entries_.at(transfer).fetched_since;
    if (since) longest = std::max(longest, now - *since);
  }
  company_.on_fetching(longest);
}

CompanyDesk::Entry* CompanyDesk::find(Transfer const& transfer) {
  auto const found = entries_.find(&transfer);
  return found == entries_.end() ? nullptr : &found->second;
}

std::optional<std::uint64_t> CompanyDesk::rank(Transfer const& transfer, bool alone,
                                               TimePoint now) {
  auto* const entry = find(transfer);
  if (entry == nullptr) return 0;
  if (look_at_ && *look_at_ <= now) look_at_.reset();
  bool const searches = company_.searches_until(now) && waiting_ >= limits_.burst_min;
  if (searches && !alone) return std::nullopt;
  look_at_fetches(now);
  return rank_of(*entry, company_.judge(entry->name, now), now);
}

std::optional<std::uint64_t> CompanyDesk::rank_of(Entry& entry, Company::Verdict verdict,
                                                  TimePoint now) {
  constexpr auto kLast = std::uint64_t{1} << 63;
  auto const by_chance = (rendezvous_weight(swarm_->key(), entry.name) >> 1) | 1;
  entry.holders.clear();
  if (verdict.turn != Turn::spare) entry.left_since.reset();
  if (verdict.turn == Turn::leave) return std::nullopt;
  if (verdict.turn == Turn::fetch) return may_fetch(entry, now) ? std::optional(0) : std::nullopt;
  if (verdict.turn == Turn::spare) {
    return may_take_over(entry, now) ? std::optional(kLast | by_chance) : std::nullopt;
  }
  auto const may = [&](Company::Holder const& holder) { return may_take(holder); };
  auto const free = std::ranges::find_if(verdict.holders, may);
  if (free == verdict.holders.end()) return std::nullopt;
  entry.holders = {std::move(*free)};
  return by_chance;
}

void CompanyDesk::on_starting(Transfer& transfer, TimePoint now) {
  auto* const entry = find(transfer);
  if (entry == nullptr) return;
  entry->started = now;
  running_.insert(&transfer);
  --waiting_;
  if (!entry->holders.empty()) return transfer.expect(entry->holders);
  entry->fetched_since = now;
  tell(*entry, Kind::fetches);
}

// Those who were said to have it did not give it.
void CompanyDesk::on_asking_origin(Transfer const& transfer, TimePoint now) {
  auto* const entry = find(transfer);
  if (entry == nullptr || entry->holders.empty()) return;
  company_.broke(std::exchange(entry->holders, {}), now);
  entry->fetched_since = now;
  tell(*entry, Kind::fetches);
}

void CompanyDesk::on_arrived(Transfer const& transfer, TimePoint now) {
  auto* const entry = find(transfer);
  if (entry == nullptr || std::exchange(entry->arrived, true)) return;
  running_.erase(&transfer);
  if (!entry->holders.empty()) {
    company_.kept(entry->holders);
    takes_.ended(now - *entry->started);
  } else if (entry->fetched_since) {
    company_.on_fetched(now - *entry->fetched_since);
    fetches_.ended(now - *entry->fetched_since);
  }
  tell(*entry, transfer.shared() ? Kind::has : Kind::leaves);
}

void CompanyDesk::on_fetching_again(Transfer const& transfer) {
  auto* const entry = find(transfer);
  if (entry == nullptr) return;
  entry->arrived = false;
  running_.insert(&transfer);
  tell(*entry, Kind::fetches);
}

// Who has it goes on saying so until the swarm leaves it.
void CompanyDesk::on_ended(Transfer const& transfer) {
  auto* const entry = find(transfer);
  if (entry == nullptr) return;
  if (!entry->started) --waiting_;
  if (!entry->arrived) tell(*entry, Kind::leaves);
  running_.erase(&transfer);
  entries_.erase(&transfer);
}

std::optional<TimePoint> CompanyDesk::next_look(TimePoint now) const {
  if (waiting_ == 0) return std::nullopt;
  auto next = company_.next_look(now);
  if (look_at_ && *look_at_ > now) next = std::min(next.value_or(*look_at_), *look_at_);
  if (auto const ends = company_.searches_until(now)) next = std::min(next.value_or(*ends), *ends);
  return next;
}

}  // namespace freshet
