#include "peer/meetings.h"

#include <utility>

#include "peer/group_proof.h"

namespace freshet::peer {

namespace {

// Spools of contents count from 1.
constexpr std::uint64_t kFirstMeeting = 1ULL << 63;
constexpr std::size_t kShortHashBytes = 20;

std::string short_hash(Digest const& info_hash) {
  return {reinterpret_cast<char const*>(info_hash.bytes.data()), kShortHashBytes};
}

}  // namespace

Meetings::Point& Meetings::point(Digest const& sha256) {
  auto const hash = meeting_hash(ways_.group_secret, sha256);
  auto& point = points_[short_hash(hash)];
  point.sha256 = sha256;
  point.info_hash = hash;
  return point;
}

DigestWord Meetings::word_of(Point const& point) {
  if (!point.content) return point.ours.value_or(DigestWord{});
  DigestWord word;
  word.kind = DigestWord::Kind::knows;
  word.content = *point.content;
  return word;
}

void Meetings::meet(Digest const& sha256, DigestWord const& ours) {
  auto& here = point(sha256);
  here.ours = ours;
  settle(here);
}

void Meetings::part(Digest const& sha256) {
  auto& here = point(sha256);
  here.ours.reset();
  settle(here);
}

void Meetings::share(SpoolId spool, Digest const& sha256, ContentId const& content) {
  auto& here = point(sha256);
  if (here.spool != spool) unshare(spool);
  here.content = content;
  shared_.erase(here.spool);
  here.spool = spool;
  shared_[spool] = short_hash(here.info_hash);
  settle(here);
}

void Meetings::unshare(SpoolId spool) {
  auto const found = shared_.find(spool);
  if (found == shared_.end()) return;
  auto& here = points_.at(found->second);
  shared_.erase(found);
  here.content.reset();
  here.spool = SpoolId::none;
  settle(here);
}

// Opens or closes it as its state wants, or forgets it; it may be gone afterwards.
void Meetings::settle(Point& here) {
  bool const wanted = here.ours || (here.content && ways_.always_open);
  if (wanted && !here.open) open(here, {});
  if (here.open) here.open->set_word(word_of(here));
  if (here.ours || here.content) return;
  if (here.open) session_.leave(here.open->spool());
  points_.erase(short_hash(here.info_hash));
}

void Meetings::open(Point& here, std::string const& peer) {
  TorrentSpec spec;
  spec.swarm.spool = SpoolId{kFirstMeeting + ++last_};
  spec.swarm.trackers = ways_.trackers;
  spec.swarm.peers = ways_.peers;
  if (!peer.empty()) spec.swarm.peers.push_back(peer);
  spec.info_hash = here.info_hash;
  spec.meeting = here.sha256;
  here.open = std::make_shared<Torrent>(std::move(spec), PieceMap());
  here.open->set_word(word_of(here));
  session_.join(here.open);
}

void Meetings::on_asked(std::string const& short_hash, std::string const& address) {
  auto const found = points_.find(short_hash);
  if (found != points_.end() && !found->second.open) open(found->second, address);
}

void Meetings::on_idle(Torrent const& meeting) {
  auto const found = points_.find(short_hash(meeting.spec().info_hash));
  if (found == points_.end() || found->second.ours || ways_.always_open) return;
  found->second.open = nullptr;
  session_.leave(meeting.spool());
}

void Meetings::clear() {
  points_.clear();
  shared_.clear();
}

}  // namespace freshet::peer
