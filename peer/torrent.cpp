#include "peer/torrent.h"

#include <algorithm>
#include <utility>

#include "engine/content/geometry.h"
#include "peer/messages.h"

namespace freshet::peer {

Torrent::Torrent(TorrentSpec spec, PieceMap verified)
    : report(spec.swarm.spool, verified.size(), spec.meeting),
      spec_(std::move(spec)),
      verified_(std::move(verified)),
      known_(verified_) {}

ByteRange Torrent::bytes(PieceIndex piece, std::uint32_t begin, Bytes size) const {
  auto const length = spec_.swarm.content.length;
  auto const from = to_number(piece) * piece_length_for(length) + begin;
  return {std::min(from, length), std::min(from + size, length)};
}

std::uint32_t Torrent::blocks_of(PieceIndex piece) const {
  auto const size = bytes(piece, 0, piece_length_for(spec_.swarm.content.length)).size();
  return static_cast<std::uint32_t>((size + kBlockBytes - 1) / kBlockBytes);
}

void Torrent::on_verified(PieceIndex piece, std::vector<Digest> leaves) {
  if (to_number(piece) >= pieces()) return;
  verified_.set(piece);
  for (auto const& [peer, link] : links_) link->on_judged(piece, true);
  if (waiters_ != nullptr && waiters_->answer(piece, leaves)) return;
  if (known_.has(piece)) return;
  leaves_[to_number(piece)] = std::move(leaves);
  if (ready_) add(piece);
}

void Torrent::on_dropped(PieceIndex piece) {
  if (to_number(piece) >= pieces()) return;
  verified_.reset(piece);
  leaves_.erase(to_number(piece));
  for (auto const& [peer, link] : links_) link->on_judged(piece, false);
}

void Torrent::add(PieceIndex piece) {
  if (control_ == nullptr || known_.has(piece)) return;
  adding_ = piece;
  control_->add_piece(piece);
  adding_.reset();
}

void Torrent::on_ready() {
  if (std::exchange(ready_, true)) return;
  prefer(reserved_, true);
  std::vector<PieceIndex> waiting;
  for (auto const& [piece, leaves] : leaves_) waiting.push_back(PieceIndex{piece});
  for (auto const piece : waiting) add(piece);
  if (control_ != nullptr) control_->connect_at_once();
}

std::optional<std::vector<Digest>> Torrent::take_leaves(PieceIndex piece) {
  auto const found = leaves_.find(to_number(piece));
  if (found == leaves_.end()) return std::nullopt;
  auto leaves = std::move(found->second);
  leaves_.erase(found);
  return leaves;
}

void Torrent::set_claims(std::vector<Claim> const& claims) {
  claims_ = claims;
  auto message = encode(claims);
  if (message == claims_message_ && claims.empty()) return;
  claims_message_ = std::move(message);
  for (auto const& [peer, link] : links_) link->tell_claims(claims_message_);
}

void Torrent::set_word(DigestWord const& word) {
  if (word == word_) return;
  word_ = word;
  for (auto const& [peer, link] : links_) link->tell_word(word_);
}

void Torrent::set_reserved(std::vector<PieceRange> ranges) {
  auto const before = std::exchange(reserved_, std::move(ranges));
  if (!ready_) return;
  prefer(before, false);
  prefer(reserved_, true);
}

bool Torrent::is_reserved(PieceIndex piece) const {
  return std::ranges::any_of(reserved_, [piece](PieceRange const& range) {
    return range.begin <= piece && piece < range.end;
  });
}

void Torrent::prefer(std::vector<PieceRange> const& ranges, bool reserved) {
  if (control_ == nullptr) return;
  for (auto const& range : ranges) {
    for (auto i = to_number(range.begin); i < std::min(to_number(range.end), pieces()); ++i) {
      if (!known_.has(PieceIndex{i})) control_->set_reserved(PieceIndex{i}, reserved);
    }
  }
}

bool Torrent::set_manifest(std::shared_ptr<Manifest const> manifest, std::string file) {
  spec_.swarm.manifest = std::move(manifest);
  spec_.torrent = std::move(file);
  if (!layer_told_ && pieces() > 1) return false;
  for (auto const& [peer, link] : links_) link->release_requests();
  return true;
}

void Torrent::look_for_layer() {
  if (meeting() || knows_manifest() || layer_told_ || control_ == nullptr) return;
  auto layer = control_->piece_layer();
  if (layer.empty()) return;
  layer_told_ = layer_found_ || take_layer(std::move(layer));
}

bool Torrent::take_layer(std::vector<Digest> layer) {
  auto const& content = spec_.swarm.content;
  auto const manifest = make_manifest(content, piece_length_for(content.length), std::move(layer));
  if (!manifest) return false;
  layer_found_ = true;
  report.manifest(*manifest);
  return true;
}

bool Torrent::lacks_layer(TimePoint now) {
  bool const asks = wants_layer() && report.someone_has_all();
  if (!asks) layer_asked_ = {};
  if (!asks) return false;
  if (layer_asked_ == TimePoint{}) layer_asked_ = now;
  if (now - layer_asked_ < layer_patience_) return false;
  layer_patience_ = std::min<Duration>(layer_patience_ * 2, std::chrono::minutes{1});
  return true;
}

std::shared_ptr<Torrent> Torrent::again() const {
  auto result = std::make_shared<Torrent>(spec_, verified_);
  result->claims_ = claims_;
  result->claims_message_ = claims_message_;
  result->reserved_ = reserved_;
  result->word_ = word_;
  result->layer_patience_ = layer_patience_;
  return result;
}

}  // namespace freshet::peer
