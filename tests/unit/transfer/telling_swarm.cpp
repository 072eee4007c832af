#include "tests/unit/transfer/telling_swarm.h"

#include <algorithm>

namespace freshet::test {

void TellingSwarm::later(Duration wait, std::function<void()> act) {
  static_cast<void>(world_.loop.at(world_.loop.now() + wait, std::move(act)));
}

PeerInfo TellingSwarm::peer(std::uint64_t number) {
  PeerInfo peer;
  peer.id = SourceId{kFirstPeerSource + number};
  peer.address = "192.0.2." + std::to_string(number + 1) + ":7680";
  peer.speaks_claims = true;
  peer.key = number;
  return peer;
}

void TellingSwarm::add(std::uint64_t number, Holder holder) {
  DigestWord word;
  word.kind = DigestWord::Kind::knows;
  word.content = manifest_of(holder.bytes)->content;
  holders_[number] = std::move(holder);
  say(number, word);
}

void TellingSwarm::say(std::uint64_t number, DigestWord const& word) {
  words_[number] = word;
  if (!meetings_.empty()) greet(number);
}

void TellingSwarm::greet(std::uint64_t number) {
  auto const holder = holders_.find(number);
  auto const wait = holder == holders_.end() ? Duration{} : holder->second.answer_time;
  later(wait, [this, number] {
    for (auto const& sha256 : std::set(meetings_)) {
      if (events_ != nullptr) events_->on_word(sha256, peer(number), words_[number]);
    }
  });
}

void TellingSwarm::meet(Digest const& sha256, DigestWord const& ours) {
  if (said.empty() || said.back() != ours) said.push_back(ours);
  if (!meetings_.insert(sha256).second) return;
  for (auto const& [number, word] : words_) greet(number);
}

bool TellingSwarm::gone(SpoolId spool) const {
  return events_ == nullptr || std::ranges::find(left, spool) != left.end();
}

void TellingSwarm::join(SwarmSpec spec, PieceMap const&) {
  joined.push_back(spec);
  if (spec.upload_only) return;
  for (auto const& [number, holder] : holders_) {
    auto const manifest = manifest_of(holder.bytes);
    if (manifest->content != spec.content) continue;
    later(std::chrono::milliseconds{5},
          [this, number = number, silent = holder.silent, spec, manifest] {
            if (gone(spec.spool)) return;
            if (!spec.manifest) {
              PieceMap all(manifest->pieces());
              all.set(pieces(0, manifest->pieces()));
              events_->on_peer(spec.spool, peer(number));
              events_->on_peer_has(spec.spool, peer(number).id, all);
              if (!silent) events_->on_manifest(spec.spool, manifest);
              return;
            }
            send(number, spec.spool, 0);
          });
  }
}

void TellingSwarm::send(std::uint64_t number, SpoolId spool, std::uint32_t piece) {
  auto const& holder = holders_.at(number);
  auto const length = holder.bytes.size();
  auto const piece_length = piece_length_for(length);
  if (gone(spool) || piece >= piece_count(length, piece_length)) return;
  if (piece >= holder.pieces_max) {
    return events_->on_peer_gone(spool, peer(number).id, Error{Errc::connection_lost, {}, "left"});
  }
  auto const range = bytes_of(PieceIndex{piece}, piece_length, length);
  auto const stream = world_.store.gate().open(spool, peer(number).id, range.begin, [] {});
  auto const bytes = std::string_view(holder.bytes).substr(range.begin, range.size());
  static_cast<void>(stream->write(std::as_bytes(std::span(bytes.data(), bytes.size()))));
  stream->finish();
  events_->on_received(spool, peer(number).id, range.size());
  later(holder.piece_time, [=, this] { send(number, spool, piece + 1); });
}

}  // namespace freshet::test
