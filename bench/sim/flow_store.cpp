#include "bench/sim/flow_store.h"

#include <algorithm>
#include <utility>

#include "engine/base/assert.h"

namespace freshet::sim {

namespace {

// No byte of a flow is ever seen, so nobody may offer any.
class ClosedGate final : public Gate {
 public:
  [[nodiscard]] std::unique_ptr<GateStream> open(SpoolId, SourceId, Bytes,
                                                 std::function<void()>) override {
    FRESHET_ASSERT(false && "flows carry no bytes");
    return nullptr;
  }
};

std::uint32_t blocks_of(Bytes bytes) {
  return static_cast<std::uint32_t>((bytes + kBlockBytes - 1) / kBlockBytes);
}

}  // namespace

Gate& FlowStore::gate() {
  static ClosedGate gate;
  return gate;
}

void FlowStore::after(Duration span, std::function<void()> then) {
  static_cast<void>(
      loop_.at(clock_.now() + span, [alive = std::weak_ptr(alive_), then = std::move(then)] {
        if (alive.lock()) then();
      }));
}

void FlowStore::open(SpoolSpec spec, std::function<void(Result<OpenedSpool>)> done) {
  SpoolId const id{++last_spool_};
  Spool spool;
  auto const& manifest = spec.identity.manifest;
  spool.length = manifest ? manifest->content.length : spec.length.value_or(0);
  spool.piece_length = manifest ? manifest->piece_length : piece_length_for(spool.length);
  auto const pieces = piece_count(spool.length, spool.piece_length);
  spool.blocks = PieceMap(blocks_of(spool.length));
  spool.present = PieceMap(pieces);
  for (std::uint32_t i = 0; i < pieces; ++i) {
    auto const bytes = bytes_of(PieceIndex{i}, spool.piece_length, spool.length);
    spool.blocks_missing.push_back(blocks_of(bytes.size()));
  }
  spool.spec = std::move(spec);
  spools_.emplace(id, std::move(spool));
  reopen(id, std::move(done));
}

void FlowStore::reopen(SpoolId id, std::function<void(Result<OpenedSpool>)> done) {
  auto const& spool = spools_.at(id);
  OpenedSpool opened;
  opened.id = id;
  opened.spec = spool.spec;
  opened.piece_length = spool.piece_length;
  opened.present = spool.present;
  loop_.post([done = std::move(done), opened = std::move(opened)] { done(opened); });
}

void FlowStore::identify(SpoolId id, Identity identity, std::function<void(Result<void>)> done) {
  spools_.at(id).spec.identity = std::move(identity);
  loop_.post([done = std::move(done)] { done({}); });
}

void FlowStore::discard(SpoolId id, PieceMap const& pieces, std::function<void()> done) {
  Spool& spool = spools_.at(id);
  for (auto piece = pieces.next_present({}); piece;
       piece = pieces.next_present(PieceIndex{to_number(*piece) + 1})) {
    drop(spool, *piece);
  }
  loop_.post(std::move(done));
}

void FlowStore::drop(Spool& spool, PieceIndex piece) {
  auto const bytes = bytes_of(piece, spool.piece_length, spool.length);
  for (Bytes at = bytes.begin; at < bytes.end; at += kBlockBytes) {
    spool.blocks.reset(piece_at(at, kBlockBytes));
  }
  spool.blocks_missing[to_number(piece)] = blocks_of(bytes.size());
  spool.present.reset(piece);
}

void FlowStore::arrive(SpoolId id, ByteRange bytes, SourceId who, bool right) {
  Spool& spool = spools_.at(id);
  if (!right) spool.spoiled.emplace(piece_at(bytes.begin, spool.piece_length), who);
  for (Bytes at = bytes.begin; at < bytes.end; at += kBlockBytes) {
    if (!spool.blocks.set(piece_at(at, kBlockBytes))) continue;
    auto const piece = piece_at(at, spool.piece_length);
    if (--spool.blocks_missing[to_number(piece)] > 0) continue;
    after(times_.verify, [this, id, piece, who] { finish_piece(id, piece, who); });
  }
}

void FlowStore::finish_piece(SpoolId id, PieceIndex piece, SourceId who) {
  Spool& spool = spools_.at(id);
  if (auto const spoiled = spool.spoiled.extract(piece)) {
    drop(spool, piece);
    auto const range = bytes_of(piece, spool.piece_length, spool.length);
    Blame const blame{spoiled.mapped(), range, {}, {}, true};
    if (events_ != nullptr) events_->on_piece_rejected(id, piece, {blame});
    return;
  }
  if (!spool.present.set(piece)) return;
  if (verified_) verified_(id, piece);
  if (events_ != nullptr) events_->on_piece_present(id, piece, who);
}

void FlowStore::seal(SpoolId id, std::function<void(Result<Sealed>)> done) {
  auto const& spool = spools_.at(id);
  FRESHET_ASSERT(spool.present.all() && spool.spec.identity.manifest != nullptr);
  Sealed sealed{spool.spec.identity.manifest->content, std::nullopt, spool.spec.identity.manifest};
  after(times_.seal, [done = std::move(done), sealed = std::move(sealed)] { done(sealed); });
}

void FlowStore::place(SpoolId, Placement, std::function<void(Result<void>)> done) {
  loop_.post([done = std::move(done)] { done({}); });
}

void FlowStore::verify(SpoolId id, std::function<void(Result<PieceMap>)> done) {
  loop_.post([done = std::move(done), all = spools_.at(id).present] { done(all); });
}

}  // namespace freshet::sim
