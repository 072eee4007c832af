#include "engine/transfer/told_book.h"

#include <algorithm>
#include <tuple>

namespace freshet {

namespace {

using Kind = DigestWord::Kind;

// Of a peer that fetches: when nothing more has come for so long it is not waited for.
constexpr Duration kProgressMax = std::chrono::seconds{3};

// Ports differ between connections of one host.
std::string host_of(std::string const& endpoint) {
  return endpoint.substr(0, endpoint.rfind(':'));
}

}  // namespace

bool ToldBook::hear(PeerInfo const& peer, DigestWord const& word, TimePoint now) {
  auto const known = heard_.find(peer.id);
  if (known == heard_.end() && heard_.size() >= peers_max_) return false;
  auto& heard = heard_[peer.id];
  bool const is_new = word.kind == Kind::knows &&
                      (heard.word.kind != Kind::knows || heard.word.content != word.content);
  // What it once named it answers for.
  if (heard.word.kind == Kind::knows && word.kind != Kind::knows) return false;
  if (heard.grew == TimePoint{} || word.done > heard.word.done) heard.grew = now;
  if (heard.order == 0) heard.order = heard_.size();
  heard.peer = peer;
  heard.word = word;
  return is_new;
}

void ToldBook::forget(SourceId peer) {
  auto const known = heard_.find(peer);
  if (known == heard_.end()) return;
  if (known->second.word.kind != Kind::knows) {
    heard_.erase(known);
  } else {
    known->second.gone = true;
  }
}

std::optional<ContentId> ToldBook::best() const {
  struct Votes {
    std::set<std::string> hosts;
    std::uint64_t first = ~0ULL;
  };
  std::map<ContentId, Votes> votes;
  for (auto const& [id, heard] : heard_) {
    if (heard.word.kind != Kind::knows || refuted_.contains(heard.word.content)) continue;
    auto& of = votes[heard.word.content];
    of.hosts.insert(host_of(heard.peer.address));
    of.first = std::min(of.first, heard.order);
  }
  auto const most = std::ranges::max_element(votes, {}, [](auto const& entry) {
    return std::tuple(entry.second.hosts.size(), ~entry.second.first);
  });
  return most == votes.end() ? std::nullopt : std::optional(most->first);
}

std::vector<std::string> ToldBook::addresses(ContentId const& content) const {
  std::vector<std::string> all;
  for (auto const& [id, heard] : heard_) {
    bool const there = heard.word.kind == Kind::knows && !heard.gone;
    if (there && heard.word.content == content) all.push_back(heard.peer.address);
  }
  return all;
}

std::vector<SourceId> ToldBook::liars(ContentId const& right) const {
  std::vector<SourceId> all;
  for (auto const& [id, heard] : heard_) {
    if (heard.word.kind == Kind::knows && heard.word.content != right) all.push_back(id);
  }
  return all;
}

std::vector<SourceId> ToldBook::namers(ContentId const& content) const {
  std::vector<SourceId> all;
  for (auto const& [id, heard] : heard_) {
    if (heard.word.kind == Kind::knows && heard.word.content == content) all.push_back(id);
  }
  return all;
}

std::optional<ToldBook::Ahead> ToldBook::ahead_of(Own const& own, TimePoint now) const {
  Heard const* best = nullptr;
  auto const rank = [](Bytes done, std::uint64_t key) { return std::tuple(done, ~key); };
  for (auto const& [id, heard] : heard_) {
    if (heard.word.kind != Kind::fetches || now - heard.grew > kProgressMax) continue;
    auto const its = rank(heard.word.done, heard.peer.key);
    if (its <= rank(own.done, own.key)) continue;
    if (best == nullptr || its > rank(best->word.done, best->peer.key)) best = &heard;
  }
  if (best == nullptr) return std::nullopt;
  return Ahead{best->peer.id, best->peer.address, best->word};
}

}  // namespace freshet
