#include "peer/storage.h"

#include <algorithm>
#include <utility>

#include "engine/content/manifest.h"

namespace freshet::peer {

Storage::Storage(std::shared_ptr<Torrent> torrent, Gate& gate, std::function<void()> room)
    : torrent_(std::move(torrent)), intake_(gate, torrent_->spool(), std::move(room)) {
  torrent_->set_waiters(this);
}

Storage::~Storage() {
  if (torrent_->waiters() == this) torrent_->set_waiters(nullptr);
}

bool Storage::write(PieceIndex piece, std::uint32_t begin, std::span<std::byte const> block,
                    std::function<void()> taken) {
  if (to_number(piece) >= torrent_->pieces()) return true;  // It has left; see Disk::new_torrent.
  // A piece that the store has is told to libtorrent as a write without bytes.
  if (torrent_->adding() == piece || torrent_->verified().has(piece)) return true;
  auto const range = torrent_->bytes(piece, begin, block.size());
  if (range.empty()) return true;
  auto const& sender = torrent_->sender;
  bool const known = sender.piece == piece && sender.begin == begin;
  ++writes_[to_number(piece)];
  auto const done = [this, piece, taken = std::move(taken)] {
    auto const writes = writes_.find(to_number(piece));
    if (--writes->second == 0) writes_.erase(writes);
    taken();
    auto const waiting = waiting_.find(to_number(piece));
    if (waiting == waiting_.end() || !waiting->second.leaves ||
        writes_.contains(to_number(piece))) {
      return;
    }
    auto answered = std::move(waiting->second);
    waiting_.erase(waiting);
    give(std::move(answered));
  };
  auto const who = known ? sender.who : SourceId::none;
  if (!intake_.put(who, range.begin, block.first(range.size()), done)) return false;
  if (--writes_[to_number(piece)] == 0) writes_.erase(to_number(piece));
  return true;
}

void Storage::retry_writes() {
  intake_.retry();
}

void Storage::hash(PieceIndex piece, TimePoint now, HashHandler handler) {
  intake_.finish_streams(torrent_->bytes(piece, 0, kForeignPieceBytesMax));
  auto leaves = torrent_->take_leaves(piece);
  Waiting waiting{std::move(handler), now, std::move(leaves)};
  if (waiting.leaves && !writes_.contains(to_number(piece))) return give(std::move(waiting));
  waiting_.insert_or_assign(to_number(piece), std::move(waiting));
}

void Storage::give(Waiting waiting) {
  waiting.handler(&*waiting.leaves);
}

bool Storage::answer(PieceIndex piece, std::vector<Digest> const& leaves) {
  auto const found = waiting_.find(to_number(piece));
  if (found == waiting_.end()) return false;
  found->second.leaves = leaves;
  if (writes_.contains(to_number(piece))) return true;
  auto waiting = std::move(found->second);
  waiting_.erase(found);
  give(std::move(waiting));
  return true;
}

bool Storage::overdue(TimePoint now, Duration limit) const {
  return std::ranges::any_of(waiting_, [&](auto const& entry) {
    auto const& waiting = entry.second;
    return !waiting.leaves && now - waiting.since > limit &&
           !torrent_->is_reserved(PieceIndex{entry.first});
  });
}

void Storage::release_hashes() {
  for (auto& [piece, waiting] : std::exchange(waiting_, {})) waiting.handler(nullptr);
}

}  // namespace freshet::peer
