// The part of Contents that is about right and wrong bytes: identify, discard, seal, verify.
#include <algorithm>
#include <utility>

#include "engine/content/merkle.h"
#include "store/contents.h"
#include "store/piece_table.h"

namespace freshet::store {

namespace {

Digest root_of(std::span<Digest const> layer, Bytes piece_length) {
  // The empty content has no blocks and the zero hash.
  return merkle_root(layer, static_cast<std::size_t>(piece_length / kBlockBytes));
}

bool contradicts(Spool& spool, Manifest const& manifest) {
  auto state = spool.lock();
  for (auto piece = state->present().next_present(PieceIndex{0}); piece;
       piece = state->present().next_present(PieceIndex{to_number(*piece) + 1})) {
    if (state->root(*piece) != manifest.layer[to_number(*piece)]) return true;
  }
  return false;
}

}  // namespace

void Contents::identify(SpoolId spool, Identity identity, std::function<void(Result<void>)> done) {
  auto* const entry = find(spool);
  if (entry == nullptr || !entry->spool) {
    return done(fail(Errc::not_found, {}, "the content is not open"));
  }
  auto& record = entry->record;
  auto const manifest = identity.manifest;
  bool const pass_changes = (identity.sha256 && identity.sha256 != entry->identity.sha256) ||
                            (identity.piece_hashes && !entry->identity.piece_hashes);
  if (manifest && (!record.length || manifest->content.length != *record.length ||
                   manifest->piece_length != record.piece_length)) {
    return done(fail(Errc::manifest_mismatch, {}, "it is for another length or piece length"));
  }
  if (manifest && entry->identity.manifest &&
      entry->identity.manifest->content != manifest->content) {
    return done(fail(Errc::manifest_mismatch, {}, "the content has another identity already"));
  }
  if (manifest && identity.doubtful && contradicts(*entry->spool, *manifest)) {
    return done(fail(Errc::manifest_mismatch, {}, "pieces that are present are others"));
  }
  // What is sealed was compared with its own, or with none.
  if (identity.sha256 && !record.sealed) {
    record.sha256 = entry->identity.sha256 = identity.sha256;
  }
  if (identity.piece_hashes) entry->identity.piece_hashes = identity.piece_hashes;
  if (pass_changes) begin_pass(*entry);
  if (entry->pass) entry->pass->advance();
  if (manifest && !entry->identity.manifest) {
    entry->identity.manifest = manifest;
    record.content = manifest->content;
    record.layer = needs_layer(*manifest);
    compare_present(*entry, manifest);
  }
  write_identity(*entry, manifest, std::move(done));
}

void Contents::compare_present(Entry& entry, std::shared_ptr<Manifest const> const& manifest) {
  std::vector<std::pair<PieceIndex, Blame>> wrong;
  std::vector<PieceIndex> dropped;
  {
    auto state = entry.spool->lock();
    for (auto piece = state->present().next_present(PieceIndex{0}); piece;
         piece = state->present().next_present(PieceIndex{to_number(*piece) + 1})) {
      auto const& got = state->root(*piece);
      auto const& expected = manifest->layer[to_number(*piece)];
      if (got == expected) continue;
      wrong.push_back({*piece, {SourceId::none, state->bytes(*piece), expected, got, false}});
      dropped.push_back(*piece);
    }
    for (auto const piece : dropped) state->drop(piece);
    // Under the same lock, so that no piece is judged without it any more.
    state->expect(manifest);
  }
  for (auto& [piece, blame] : wrong) {
    ports_.work.post([this, spool = entry.spool, piece = piece, blame = blame] {
      on_rejected(spool, piece, {blame});
    });
  }
  if (!dropped.empty()) begin_pass(entry);
  write_dropped(entry, std::move(dropped), [](Result<void> const&) {});
}

void Contents::write_identity(Entry& entry, std::shared_ptr<Manifest const> manifest,
                              std::function<void(Result<void>)> done) {
  ports_.work.run_sync([this, spool = entry.spool, record = entry.record,
                        manifest = std::move(manifest), done = std::move(done)] {
    Batch batch;
    if (manifest && record.layer) put_layer(batch, record.id, manifest->layer);
    static_cast<void>(spool->take_first_record());
    batch.put(Table::contents, spool_key(record.id), encode(record));
    auto const written = spool->closed() ? Result<void>{} : ports_.database.write(batch, Sync::no);
    ports_.work.post([done, written] { done(written); });
  });
}

void Contents::discard(SpoolId spool, PieceMap const& pieces, std::function<void()> done) {
  auto* const entry = find(spool);
  if (entry == nullptr || !entry->spool) return ports_.work.post(std::move(done));
  std::vector<PieceIndex> dropped;
  for (auto const& range : pieces.present_ranges()) {
    for (auto i = to_number(range.begin); i < to_number(range.end); ++i) {
      dropped.push_back(PieceIndex{i});
    }
  }
  drop_pieces(*entry, std::move(dropped),
              [done = std::move(done)](Result<void> const&) { done(); });
}

void Contents::drop_pieces(Entry& entry, std::vector<PieceIndex> pieces,
                           std::function<void(Result<void>)> done) {
  {
    auto state = entry.spool->lock();
    if (state.book()) {
      std::erase_if(pieces, [&](PieceIndex piece) { return to_number(piece) >= state->pieces(); });
      for (auto const piece : pieces) state->drop(piece);
    } else {
      pieces.clear();
    }
  }
  for (auto const piece : pieces) intake_.tell_dropped(entry.record.id, piece);
  bool const was_sealed = std::exchange(entry.record.sealed, false);
  if (was_sealed) {
    unindex(entry.record);
    auto const count = piece_count(*entry.record.length, entry.record.piece_length);
    pieces.clear();
    for (std::uint32_t i = 0; i < count; ++i) pieces.push_back(PieceIndex{i});
  }
  begin_pass(entry);
  if (entry.pass) entry.pass->advance();
  write_dropped(entry, std::move(pieces), std::move(done));
}

void Contents::write_dropped(Entry& entry, std::vector<PieceIndex> pieces,
                             std::function<void(Result<void>)> done) {
  ports_.work.run_sync([this, spool = entry.spool, record = entry.record,
                        pieces = std::move(pieces), done = std::move(done)]() mutable {
    Batch batch;
    {
      auto state = spool->lock();
      if (state.book()) {
        put_chunks(batch, record.id, *state.book(), pieces);
        record.present = state->bytes_in(state->durable());
        for (auto const piece : pieces) {
          if (!state->present().has(piece)) {
            batch.erase(Table::pieces, received_key(record.id, piece));
          }
        }
      }
    }
    batch.put(Table::contents, spool_key(record.id), encode(record));
    auto const written = spool->closed() ? Result<void>{} : ports_.database.write(batch, Sync::yes);
    ports_.work.post([done, written] { done(written); });
  });
}

void Contents::seal(SpoolId spool, std::function<void(Result<Sealed>)> done) {
  auto* const entry = find(spool);
  if (entry == nullptr || !entry->spool) {
    return done(fail(Errc::not_found, {}, "the content is not open"));
  }
  if (entry->record.sealed) {
    return done(Sealed{*entry->record.content, entry->record.sha256, entry->identity.manifest});
  }
  bool const whole = [&] {
    // A content of unknown length is whole when its end has come to the loop: until then nothing
    // compares its digest.
    if (!entry->record.length) return false;
    auto state = entry->spool->lock();
    return state.book() && state->present().all();
  }();
  if (!whole) return done(fail(Errc::invalid_state, {}, "pieces are missing"));
  if (!entry->pass) return seal_checked(spool, {}, std::move(done));
  entry->pass->finish([this, spool, done = std::move(done)](Result<DigestPass::Outcome> outcome) {
    if (!outcome) return done(tl::unexpected(outcome.error()));
    seal_checked(spool, *outcome, done);
  });
}

void Contents::seal_checked(SpoolId id, DigestPass::Outcome const& outcome,
                            std::function<void(Result<Sealed>)> done) {
  auto* const entry = find(id);
  if (entry == nullptr || !entry->spool) return done(fail(Errc::cancelled, {}, "released"));
  auto const expected = entry->identity.sha256;
  if (outcome.sha256 && expected && *outcome.sha256 != *expected) {
    begin_pass(*entry);  // What is discarded now comes by again.
    return done(fail(Errc::digest_mismatch, {},
                     "SHA-256 is " + to_hex(*outcome.sha256) + ", expected " + to_hex(*expected)));
  }
  if (!outcome.wrong.empty()) return reject_ranges(*entry, outcome.wrong, std::move(done));
  commit_seal(*entry, std::move(done));
}

void Contents::reject_ranges(Entry& entry, std::vector<ByteRange> const& ranges,
                             std::function<void(Result<Sealed>)> done) {
  PieceMap wrong(piece_count(*entry.record.length, entry.record.piece_length));
  for (auto const& range : ranges) {
    for (Bytes at = range.begin; at < range.end;) {
      auto const piece = piece_at(at, entry.record.piece_length);
      wrong.set(piece);
      at = bytes_of(piece, entry.record.piece_length, *entry.record.length).end;
    }
  }
  auto const spool = entry.spool;
  discard(entry.record.id, wrong, [this, spool, wrong, done = std::move(done)] {
    for (auto piece = wrong.next_present(PieceIndex{0}); piece;
         piece = wrong.next_present(PieceIndex{to_number(*piece) + 1})) {
      on_rejected(spool, *piece, {});
    }
    done(fail(Errc::digest_mismatch, {}, "a piece does not have the hash it must have"));
  });
}

void Contents::commit_seal(Entry& entry, std::function<void(Result<Sealed>)> done) {
  auto manifest = entry.identity.manifest;
  std::shared_ptr<Manifest const> new_layer;
  if (!manifest) {
    auto made = manifest_of(*entry.spool);
    if (!made) return done(tl::unexpected(made.error()));
    manifest = std::move(*made);
    if (needs_layer(*manifest)) new_layer = manifest;
  }
  auto record = entry.record;
  record.content = manifest->content;
  record.layer = needs_layer(*manifest);
  record.sealed = true;
  record.last_used = record.scrubbed = ports_.clock.wall();
  epochs_.seal(
      {entry.spool, std::move(record), new_layer,
       [this, spool = entry.spool, manifest, done = std::move(done)](Result<SpoolRecord> sealed) {
         auto* const found = find_open(spool);
         if (found == nullptr) return done(fail(Errc::cancelled, {}, "released"));
         if (!sealed) return done(tl::unexpected(sealed.error()));
         on_sealed(*found, std::move(*sealed), manifest);
         done(Sealed{manifest->content, found->record.sha256, manifest});
       }});
}

Result<std::shared_ptr<Manifest const>> Contents::manifest_of(Spool& spool) {
  auto state = spool.lock();
  std::vector<Digest> layer;
  for (std::uint32_t i = 0; i < state->pieces(); ++i) layer.push_back(state->root(PieceIndex{i}));
  ContentId const content{state->length(), root_of(layer, state->piece_length())};
  return make_manifest(content, state->piece_length(), std::move(layer));
}

void Contents::on_sealed(Entry& entry, SpoolRecord record,
                         std::shared_ptr<Manifest const> const& manifest) {
  {
    auto state = entry.spool->lock();
    if (!state->manifest()) state->expect(manifest);
  }
  entry.identity.manifest = manifest;
  entry.record = std::move(record);
  entry.pass = nullptr;
  entry.spool->seal();
  auto const older = index(entry.record);
  if (older != SpoolId::none) maybe_drop(older);
}

}  // namespace freshet::store
