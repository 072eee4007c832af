#include "bench/sim/files_swarm.h"

#include <algorithm>
#include <utility>

namespace freshet::sim {

namespace {

std::string address(std::uint32_t host) {
  return "host" + std::to_string(host);
}

}  // namespace

FilesSwarm::FilesSwarm(FilesDirectory& directory, FlowStore& store, std::uint32_t host, bool serves)
    : directory_(directory),
      store_(store),
      host_(host),
      serves_(serves),
      key_(directory.random.next()) {
  directory_.members[host] = this;
}

FilesSwarm::~FilesSwarm() {
  events_ = nullptr;
  while (!joined_.empty()) leave(joined_.begin()->first);
  directory_.members.erase(host_);
}

void FilesSwarm::later(Duration wait, std::function<void(FilesSwarm&)> then) {
  auto& loop = directory_.loop;
  static_cast<void>(
      loop.at(loop.now() + wait, [alive = std::weak_ptr(alive_), then = std::move(then)] {
        if (auto const self = alive.lock()) then(**self);
      }));
}

FilesSwarm::Joined* FilesSwarm::of(ContentId const& content) {
  auto const found = std::ranges::find_if(
      joined_, [&](auto const& it) { return it.second.spec.content == content; });
  return found == joined_.end() ? nullptr : &found->second;
}

void FilesSwarm::join(SwarmSpec spec, PieceMap const& present) {
  if (!spec.manifest || joined_.contains(spec.spool)) return;
  auto const content = spec.content;
  auto const wait = spec.among_known ? directory_.connect : directory_.discovery;
  Joined joined{std::move(spec), present, PieceMap(present.size()), {}};
  joined_.emplace(joined.spec.spool, std::move(joined));
  later(wait, [content](FilesSwarm& self) { self.find(content); });
}

void FilesSwarm::find(ContentId const& content) {
  auto const* const joined = of(content);
  if (joined == nullptr) return;
  auto const& spec = joined->spec;
  std::vector<FilesSwarm*> found;
  for (auto const& [host, other] : directory_.members) {
    bool const known = std::ranges::find(spec.peers, address(host)) != spec.peers.end();
    if (host != host_ && (known || !spec.among_known)) found.push_back(other);
  }
  for (auto* const other : found) join_hands(content, *other);
}

void FilesSwarm::join_hands(ContentId const& content, FilesSwarm& other) {
  auto* const here = of(content);
  auto* const there = other.of(content);
  if (here == nullptr || there == nullptr || here->neighbours.contains(other.host_)) return;
  introduce(*here, other);
  other.introduce(*there, *this);
  ask(*here);
  other.ask(*there);
}

PeerInfo FilesSwarm::info_of(FilesSwarm const& other, SourceId id) const {
  PeerInfo info;
  info.id = id;
  info.address = address(other.host_);
  info.client = "freshet";
  info.speaks_claims = true;
  info.key = other.key_;
  return info;
}

void FilesSwarm::introduce(Joined& joined, FilesSwarm& other) {
  ++connections_;
  auto const* const there = other.of(joined.spec.content);
  auto& neighbour = joined.neighbours[other.host_];
  neighbour = {SourceId{last_peer_++}, there->present, {}};
  auto const info = info_of(other, neighbour.id);
  if (links_[other.host_]++ == 0) {
    std::vector<CompanyWord> words;
    for (auto const& [name, kind] : other.says_) words.push_back({name, kind});
    later(directory_.delay, [from = &other, words](FilesSwarm& self) {
      if (self.links_.contains(from->host_)) self.hear_company(*from, true, words);
    });
  }
  if (events_ == nullptr) return;
  auto const spool = joined.spec.spool;
  auto const has = neighbour.has;
  events_->on_peer(spool, info);
  events_->on_peer_has(spool, info.id, has);
}

void FilesSwarm::leave(SpoolId spool) {
  auto const found = joined_.extract(spool);
  if (found.empty()) return;
  auto const& [spec, present, asked, neighbours] = found.mapped();
  for (auto const& [host, neighbour] : neighbours) {
    if (--links_[host] == 0) links_.erase(host);
    directory_.members.at(host)->lose(spec.content, host_);
  }
}

void FilesSwarm::lose(ContentId const& content, std::uint32_t host) {
  auto const key = directory_.members.at(host)->key_;
  bool const last = --links_[host] == 0;
  if (last) links_.erase(host);
  auto* const joined = of(content);
  if (joined == nullptr) return;
  auto const gone = joined->neighbours.extract(host);
  joined->asked = PieceMap(joined->present.size());
  if (events_ == nullptr || gone.empty()) return;
  events_->on_peer_gone(joined->spec.spool, gone.mapped().id,
                        Error{Errc::connection_lost, "", "it left"});
  if (last) events_->on_company_gone(key);
}

void FilesSwarm::tell_company(std::vector<CompanyWord> const& news) {
  bool const first = news_.empty();
  news_.insert(news_.end(), news.begin(), news.end());
  for (auto const& word : news) {
    says_[word.name] = word.kind;
    if (word.kind == CompanyWord::Kind::leaves) says_.erase(word.name);
  }
  if (!first) return;
  later(directory_.gather, [](FilesSwarm& self) {
    auto const words = std::exchange(self.news_, {});
    for (auto const& [host, count] : self.links_) {
      auto* const other = self.directory_.members.at(host);
      other->hear_company(self, false, words);
    }
  });
}

void FilesSwarm::hear_company(FilesSwarm const& from, bool anew,
                              std::vector<CompanyWord> const& words) {
  if (events_ != nullptr) events_->on_company(info_of(from, SourceId::none), anew, words);
}

void FilesSwarm::claim(SpoolId spool, std::vector<Claim> const& claims) {
  auto const found = joined_.find(spool);
  if (found == joined_.end()) return;
  for (auto const& [host, neighbour] : found->second.neighbours) {
    auto* const other = directory_.members.at(host);
    auto* const there = other->of(found->second.spec.content);
    if (there == nullptr || other->events_ == nullptr) continue;
    auto const known = there->neighbours.find(host_);
    if (known == there->neighbours.end()) continue;
    other->events_->on_claims(there->spec.spool, known->second.id, claims);
  }
}

void FilesSwarm::verified(SpoolId spool, PieceIndex piece) {
  auto const found = joined_.find(spool);
  if (found == joined_.end() || !found->second.present.set(piece)) return;
  auto const content = found->second.spec.content;
  for (auto const& [host, neighbour] : found->second.neighbours) {
    directory_.members.at(host)->later(
        directory_.delay,
        [content, from = host_, piece](FilesSwarm& self) { self.hear_has(content, from, piece); });
  }
}

void FilesSwarm::hear_has(ContentId const& content, std::uint32_t host, PieceIndex piece) {
  auto* const joined = of(content);
  if (joined == nullptr) return;
  auto const known = joined->neighbours.find(host);
  if (known == joined->neighbours.end() || !known->second.has.set(piece)) return;
  if (events_ != nullptr) {
    auto const has = known->second.has;
    events_->on_peer_has(joined->spec.spool, known->second.id, has);
  }
  ask(*joined);
}

void FilesSwarm::ask(Joined& joined) {
  if (joined.spec.upload_only) return;
  for (auto const& [host, neighbour] : joined.neighbours) {
    for (auto piece = neighbour.has.next_present({}); piece;
         piece = neighbour.has.next_present(PieceIndex{to_number(*piece) + 1})) {
      if (!joined.present.has(*piece) && joined.asked.set(*piece)) take(joined, host, *piece);
    }
  }
}

void FilesSwarm::take(Joined& joined, std::uint32_t host, PieceIndex piece) {
  if (!directory_.members.at(host)->serves_) return;
  auto const& manifest = *joined.spec.manifest;
  auto const size = bytes_of(piece, manifest.piece_length, manifest.content.length).size();
  auto const content = joined.spec.content;
  static_cast<void>(directory_.network.start(directory_.path(host, host_),
                                             static_cast<double>(size),
                                             [alive = std::weak_ptr(alive_), content, host, piece] {
                                               if (auto const self = alive.lock())
                                                 (*self)->arrive(content, host, piece);
                                             }));
  if (events_ != nullptr) events_->on_piece_asked(joined.spec.spool, piece, true);
}

void FilesSwarm::arrive(ContentId const& content, std::uint32_t host, PieceIndex piece) {
  auto* const joined = of(content);
  if (joined == nullptr) return;
  auto const spool = joined->spec.spool;
  auto const from = joined->neighbours.find(host);
  if (from == joined->neighbours.end()) return;
  auto const& manifest = *joined->spec.manifest;
  auto const range = bytes_of(piece, manifest.piece_length, manifest.content.length);
  auto const id = from->second.id;
  store_.arrive(spool, range, id);
  if (events_ == nullptr) return;
  events_->on_received(spool, id, range.size());
  events_->on_piece_asked(spool, piece, false);
}

}  // namespace freshet::sim
