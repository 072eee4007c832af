#include "peer/company_links.h"

#include <algorithm>
#include <utility>

namespace freshet::peer {

CompanyLinks::Peer const* CompanyLinks::peer_of(PeerLink const& link) const {
  auto const key = key_of_.find(&link);
  return key == key_of_.end() ? nullptr : &peers_.at(key->second);
}

CompanyLinks::Peer* CompanyLinks::peer_of(PeerLink const& link) {
  auto const key = key_of_.find(&link);
  return key == key_of_.end() ? nullptr : &peers_.at(key->second);
}

void CompanyLinks::add(PeerInfo const& info, PeerLink& link) {
  if (!key_of_.emplace(&link, info.key).second) return;
  auto& peer = peers_[info.key];
  peer.info = info;
  peer.links.push_back(&link);
  if (peer.links.size() == 1) tell_all(link);
}

void CompanyLinks::remove(PeerLink const& link) {
  auto* const peer = peer_of(link);
  if (peer == nullptr) return;
  bool const told = tells_over(link);
  auto const key = key_of_.extract(&link).mapped();
  std::erase(peer->links, &link);
  if (!peer->links.empty()) {
    if (told) tell_all(*peer->links.front());
    return;
  }
  CompanyNews gone;
  gone.peer = peer->info;
  gone.gone = true;
  peers_.erase(key);
  deliver_(std::move(gone));
}

bool CompanyLinks::tells_over(PeerLink const& link) const {
  auto const* const peer = peer_of(link);
  return peer != nullptr && peer->links.front() == &link;
}

// Who has not proven to be of the group, or may not be met, is not known here.
bool CompanyLinks::hear(PeerLink const& link, std::string_view message, TimePoint now) {
  auto* const peer = peer_of(link);
  if (peer == nullptr) return true;
  auto said = decode_company(message);
  if (!said || !peer->heard.take(now, kMessagesPerSecondMax)) return false;
  deliver_({peer->info, said->anew, false, std::move(said->words)});
  return true;
}

void CompanyLinks::tell_all(PeerLink& link) const {
  std::vector<CompanyWord> words;
  for (auto const name : order_) words.push_back({name, ours_.at(name)});
  for (auto const& message : encode_company(words, true)) link.tell_company(message);
}

bool CompanyLinks::say(std::vector<CompanyWord> const& news) {
  for (auto const& word : news) news_[word.name] = word.kind;
  return !news_.empty();
}

bool CompanyLinks::left(std::uint64_t name) {
  auto const told = ours_.find(name);
  bool const had = told != ours_.end() && told->second == Kind::has;
  if (had) news_.try_emplace(name, Kind::leaves);
  return had;
}

void CompanyLinks::drop_oldest() {
  while (order_.size() > kNamesMax) {
    ours_.erase(order_.front());
    order_.pop_front();
  }
}

void CompanyLinks::flush() {
  std::vector<CompanyWord> words;
  for (auto const& [name, kind] : std::exchange(news_, {})) {
    auto const told = ours_.find(name);
    bool const known = told != ours_.end();
    if (known ? told->second == kind : kind == Kind::leaves) continue;
    words.push_back({name, kind});
    if (kind == Kind::leaves) {
      ours_.erase(told);
      std::erase(order_, name);
      continue;
    }
    ours_[name] = kind;
    if (!known) order_.push_back(name);
  }
  drop_oldest();
  auto const messages = encode_company(words, false);
  for (auto const& [key, peer] : peers_) {
    for (auto const& message : messages) peer.links.front()->tell_company(message);
  }
}

void CompanyLinks::clear() {
  peers_.clear();
  key_of_.clear();
  news_.clear();
}

}  // namespace freshet::peer
