#include "store/contents.h"

#include <algorithm>
#include <utility>

#include "engine/base/assert.h"
#include "store/codec.h"
#include "store/lent_file.h"
#include "store/piece_table.h"
#include "store/schema.h"

namespace freshet::store {

namespace {

// Below this a content's file and record wait for its first bytes, which come in one region.
constexpr Bytes kSmallBytesMax = 64 * 1024;

Error released_error() {
  return {Errc::cancelled, {}, "the content was released"};
}

}  // namespace

Contents::Contents(Ports ports, StoreOptions const& options, Start start)
    : ports_(ports),
      options_(options),
      spool_directory_(spool_directory(options.data_dir)),
      next_id_(start.next_id),
      ids_reserved_(start.next_id),
      open_files_(std::make_shared<OpenFiles>(options.open_files_max)),
      loader_(ports.disk, ports.database,
              {spool_directory_, options.reserve, options.partial_blocks_max, open_files_}),
      intake_(ports.disk, ports.database, ports.work, *this, options.partial_blocks_max),
      gate_(
          std::make_shared<SpoolGate>(intake_, options.buffer_bytes_max, options.write_bytes_max)),
      epochs_(
          ports.disk, ports.database, ports.work, ports.clock, *this,
          {options.epoch_interval, options.epoch_bytes, options.sync_files_max, spool_directory_}),
      placer_(ports.disk, ports.database, ports.work, loader_, *this, options.allow_hard_links),
      scrubber_(ports.disk, ports.database, ports.work, ports.clock, *this,
                {options.scrub_rate, options.scrub_interval, options.scrub_pause}) {
  for (auto& record : start.records) {
    auto const id = record.id;
    index(record);
    entries_[id].record = std::move(record);
    entries_[id].released = true;  // Until somebody opens it; jobs keep what they refer to.
  }
  ports_.refs.set_unused([this](SpoolId spool) { maybe_drop(spool); });
}

Contents::~Contents() {
  gate_->close();
}

Contents::Entry* Contents::find(SpoolId spool) {
  auto const found = entries_.find(spool);
  return found == entries_.end() ? nullptr : &found->second;
}

Contents::Entry* Contents::find_open(std::shared_ptr<Spool> const& spool) {
  auto* const entry = find(spool->id());
  return entry != nullptr && entry->spool == spool ? entry : nullptr;
}

SpoolId Contents::next_id() {
  if (next_id_ == ids_reserved_) {
    // Ids are never used twice, so that no old record of a file can mean a new content. Not synced:
    // it comes before all that uses the ids in the same log.
    ids_reserved_ += kIdsReserved;
    Batch batch;
    put_next_id(batch, ids_reserved_);
    static_cast<void>(ports_.database.write(batch, Sync::no));
  }
  return SpoolId{next_id_++};
}

std::optional<SpoolId> Contents::sealed_like(SpoolSpec const& spec) const {
  if (spec.identity.manifest) {
    auto const found = sealed_by_content_.find(spec.identity.manifest->content);
    if (found != sealed_by_content_.end()) return found->second;
  }
  if (spec.identity.sha256) {
    auto const found = sealed_by_sha256_.find(*spec.identity.sha256);
    if (found != sealed_by_sha256_.end()) return found->second;
  }
  return std::nullopt;
}

void Contents::open(SpoolSpec spec, OpenDone done) {
  if (stopping_) return done(fail(Errc::stopped));
  auto const& manifest = spec.identity.manifest;
  if (manifest && spec.length && *spec.length != manifest->content.length) {
    return done(fail(Errc::manifest_mismatch, {}, "the manifest is for another length"));
  }
  if (manifest) spec.length = manifest->content.length;
  if (!manifest && spec.length && !check_geometry(*spec.length, piece_length_for(*spec.length))) {
    return done(fail(Errc::limit_reached, {},
                     std::to_string(*spec.length) + " bytes are more than a content may have"));
  }
  auto const same = sealed_like(spec);
  if (!same) return open_new(std::move(spec), std::move(done));
  reopen(*same, [this, spec, done = std::move(done)](Result<OpenedSpool> opened) mutable {
    // Gone or changed by somebody: then it is a new one.
    if (!opened) return open_new(std::move(spec), std::move(done));
    done(std::move(opened));
  });
}

void Contents::open_new(SpoolSpec spec, OpenDone done) {
  auto const id = next_id();
  auto& entry = entries_[id];
  auto& record = entry.record;
  auto const& manifest = spec.identity.manifest;
  record.id = id;
  record.length = spec.length;
  record.piece_length = manifest      ? manifest->piece_length
                        : spec.length ? piece_length_for(*spec.length)
                                      : kPieceBytesMin;
  record.sha256 = spec.identity.sha256;
  record.last_used = ports_.clock.wall();
  if (manifest) record.content = manifest->content;
  record.layer = manifest && needs_layer(*manifest);
  entry.identity = std::move(spec.identity);
  bool const small = record.length && *record.length <= kSmallBytesMax && *record.length > 0;
  small ? open_small(entry, std::move(done)) : open_large(entry, std::move(done));
}

void Contents::open_small(Entry& entry, OpenDone done) {
  auto const& record = entry.record;
  entry.spool =
      std::make_shared<Spool>(record.id, loader_.path_of(record), open_files_, encode(record));
  start_book(entry);
  ports_.work.post([this, id = record.id, done = std::move(done)] {
    auto* const found = find(id);
    if (found == nullptr || !found->spool) return done(tl::unexpected(released_error()));
    done(opened(*found, 0));
  });
}

void Contents::open_large(Entry& entry, OpenDone done) {
  auto const& record = entry.record;
  entry.spool = std::make_shared<Spool>(record.id, loader_.path_of(record), open_files_);
  start_book(entry);
  auto const result = std::make_shared<Result<void>>();
  auto const finish = [this, spool = entry.spool, done = std::move(done), result] {
    auto* const found = find_open(spool);
    if (found == nullptr) return done(tl::unexpected(released_error()));
    epochs_.created_file();
    if (*result) return done(opened(*found, 0));
    drop(spool->id());
    done(tl::unexpected(result->error()));
  };
  ports_.work.run(record.id, [this, spool = entry.spool, record, result, finish,
                              manifest = entry.identity.manifest] {
    *result = create(*spool, record, manifest.get());
    ports_.work.post(finish);
  });
}

Result<void> Contents::create(Spool& spool, SpoolRecord const& record, Manifest const* manifest) {
  auto const file = spool.file(ports_.disk, true);
  if (!file) return tl::unexpected(file.error());
  if (record.length) {
    auto const sized =
        options_.reserve ? (*file)->reserve(*record.length) : (*file)->resize(*record.length);
    if (!sized) return sized;
  }
  Batch batch;
  batch.put(Table::contents, spool_key(record.id), encode(record));
  if (record.layer) put_layer(batch, record.id, manifest->layer);
  return ports_.database.write(batch, Sync::no);
}

void Contents::start_book(Entry& entry) {
  auto const& record = entry.record;
  if (record.length) {
    auto state = entry.spool->lock();
    auto& book =
        state.book().emplace(*record.length, record.piece_length, options_.partial_blocks_max);
    if (entry.identity.manifest) book.expect(entry.identity.manifest);
  }
  gate_->add(entry.spool);
  begin_pass(entry);
}

void Contents::begin_pass(Entry& entry) {
  if (auto const old = std::exchange(entry.pass, nullptr)) old->cancel();
  auto const& identity = entry.identity;
  if (entry.record.sealed || !entry.record.length) return;
  if (!identity.sha256 && !identity.piece_hashes) return;
  entry.pass = std::make_shared<DigestPass>(entry.spool, ports_.disk, ports_.work,
                                            identity.sha256.has_value(), identity.piece_hashes);
}

OpenedSpool Contents::opened(Entry& entry, Bytes salvaged) {
  OpenedSpool out;
  out.id = entry.record.id;
  out.spec = {entry.record.length, entry.identity};
  out.piece_length = entry.record.piece_length;
  out.salvaged = salvaged;
  auto state = entry.spool->lock();
  if (state.book()) out.present = state->present();
  return out;
}

void Contents::reopen(SpoolId spool, OpenDone done) {
  auto* const entry = find(spool);
  if (stopping_) return done(fail(Errc::stopped));
  if (entry == nullptr) return done(fail(Errc::not_found, file_name_of(spool), "no such content"));
  entry->released = false;
  entry->record.last_used = ports_.clock.wall();
  open_again(*entry, std::move(done));
}

void Contents::open_again(Entry& entry, OpenDone done) {
  bool const loading = !entry.opening.empty();
  entry.opening.push_back(std::move(done));
  if (loading) return;
  if (entry.spool && entry.spool->takes_bytes()) {
    // Later, as every callback.
    return ports_.work.post([this, spool = entry.record.id] { answer_opening(spool, {}, 0); });
  }
  bool const trusted = !entry.spool || !entry.spool->fresh_distrusted();
  if (entry.spool) close_spool(entry, {Errc::cancelled, {}, "the content was reopened"});
  load(entry, trusted);
}

void Contents::load(Entry& entry, bool trust_received) {
  auto const loaded = std::make_shared<Result<Loaded>>();
  auto const id = entry.record.id;
  ports_.work.run(id, [this, id, loaded, trust_received, record = entry.record] {
    *loaded = loader_.load(record, trust_received);
    ports_.work.post([this, id, loaded] { on_loaded(id, std::move(*loaded)); });
  });
}

void Contents::on_loaded(SpoolId id, Result<Loaded> loaded) {
  auto* const entry = find(id);
  if (entry == nullptr) return;
  if (!loaded) {
    auto const code = loaded.error().code;
    bool const gone = code == Errc::not_found || code == Errc::file_changed;
    if (gone) {
      ports_.log.write(LogLevel::warn, "content dropped",
                       {{"reason", std::string(name(code))}, {"path", loaded.error().where}});
      loaded.error().code = Errc::not_found;
    }
    return answer_opening(id, loaded.error(), 0, gone);
  }
  entry->spool = loaded->spool;
  entry->identity.manifest = loaded->manifest;
  if (!entry->identity.sha256) entry->identity.sha256 = entry->record.sha256;
  gate_->add(entry->spool);
  begin_pass(*entry);
  if (loaded->salvaged > 0) epochs_.touch(entry->spool, loaded->salvaged);
  if (entry->pass) entry->pass->advance();
  answer_opening(id, {}, loaded->salvaged);
}

void Contents::answer_opening(SpoolId id, std::optional<Error> error, Bytes salvaged, bool gone) {
  auto* entry = find(id);
  if (entry == nullptr) return;
  auto const waiting = std::exchange(entry->opening, {});
  if (gone) drop(id);
  for (auto const& done : waiting) {
    entry = find(id);
    if (!error && (entry == nullptr || !entry->spool)) error = released_error();
    done(error ? Result<OpenedSpool>(tl::unexpected(*error)) : opened(*entry, salvaged));
  }
}

void Contents::on_present(std::shared_ptr<Spool> const& spool, PieceIndex piece, SourceId who) {
  auto* const entry = find_open(spool);
  if (entry == nullptr) return;
  auto const bytes = [&]() -> std::optional<Bytes> {
    auto state = spool->lock();
    if (!state->present().has(piece)) return std::nullopt;  // Dropped since.
    return state->bytes(piece).size();
  }();
  if (!bytes) return;
  epochs_.touch(spool, *bytes);
  if (entry->pass) entry->pass->advance();
  tell([&](StoreEvents& each) { each.on_piece_present(spool->id(), piece, who); });
}

void Contents::on_rejected(std::shared_ptr<Spool> const& spool, PieceIndex piece,
                           std::vector<Blame> blame) {
  if (find_open(spool) == nullptr) return;
  tell([&](StoreEvents& each) { each.on_piece_rejected(spool->id(), piece, blame); });
}

void Contents::on_liars(std::shared_ptr<Spool> const& spool, std::vector<Blame> const& blame) {
  if (find_open(spool) == nullptr) return;
  tell([&](StoreEvents& each) { each.on_liars_proven(spool->id(), blame); });
}

void Contents::on_broken(std::shared_ptr<Spool> const& spool, Error error) {
  if (find_open(spool) == nullptr) return;
  ports_.log.write(LogLevel::error, "content failed",
                   {{"error", std::string(name(error.code))}, {"why", error.why}});
  tell([&](StoreEvents& each) { each.on_spool_failed(spool->id(), error); });
}

void Contents::on_grown(std::shared_ptr<Spool> const& spool, SourceId who) {
  auto* const entry = find_open(spool);
  if (entry == nullptr) return;
  auto const [length, piece_length, pieces] = [&] {
    auto state = spool->lock();
    return std::tuple(state->length(), state->piece_length(), state->pieces());
  }();
  entry->record.length = length;
  entry->record.piece_length = piece_length;
  begin_pass(*entry);
  epochs_.touch(spool, length);
  if (entry->pass) entry->pass->advance();
  for (std::uint32_t i = 0; i < pieces; ++i) {
    tell([&](StoreEvents& each) { each.on_piece_present(spool->id(), PieceIndex{i}, who); });
  }
}

SpoolRecord Contents::record_of(SpoolId spool) {
  auto* const entry = find(spool);
  FRESHET_ASSERT(entry != nullptr);  // `drop` makes the epochs forget it.
  if (!entry->record.sealed && entry->spool) entry->record.stamp.inode = entry->spool->inode();
  return entry->record;
}

void Contents::on_durable(std::shared_ptr<Spool> const& spool, Bytes present) {
  auto* const entry = find_open(spool);
  if (entry != nullptr) entry->record.present = present;
}

void Contents::on_not_durable(std::shared_ptr<Spool> const& spool, Error error) {
  // At once, so that whoever waits for a flush has heard of it first.
  if (spool->break_off(error)) on_broken(spool, std::move(error));
}

std::optional<SpoolRecord> Contents::record_to_place(SpoolId id) {
  auto* const entry = find(id);
  if (entry == nullptr) return std::nullopt;
  return entry->record;
}

bool Contents::may_move(SpoolId id) {
  return ports_.refs.count(id) <= 1;
}

void Contents::on_moved(SpoolId id, std::string const& path, FileStamp const& stamp,
                        bool keep_sharing) {
  auto* const entry = find(id);
  if (entry == nullptr) return;
  entry->record.path = path;
  entry->record.stamp = stamp;
  if (!keep_sharing) drop(id);
}

void Contents::on_touched(SpoolId id, FileStamp const& stamp) {
  if (auto* const entry = find(id); entry != nullptr) entry->record.stamp = stamp;
}

void Contents::on_changed_outside(SpoolId id, Error const& error, std::function<void()> then) {
  if (error.code == Errc::piece_mismatch) {
    // Only what is wrong has to be fetched again.
    return verify(id, [then = std::move(then)](Result<PieceMap> const&) { then(); });
  }
  ports_.log.write(LogLevel::warn, "content dropped",
                   {{"reason", "file_changed"}, {"path", error.where}});
  drop(id);
  then();
}

void Contents::place(SpoolId spool, Placement placement, std::function<void(Result<void>)> done) {
  auto* const entry = find(spool);
  if (entry == nullptr) return done(fail(Errc::not_found, placement.path, "no such content"));
  if (auto const there = check_present(*entry, placement); !there) return done(there);
  placer_.place({spool, entry->spool, std::move(placement), std::move(done)});
}

void Contents::lend(SpoolId spool, Placement placement, Lent done) {
  auto* const entry = find(spool);
  if (entry == nullptr) return done(fail(Errc::not_found, placement.path, "no such content"));
  if (auto const there = check_present(*entry, placement); !there) {
    return done(tl::unexpected(there.error()));
  }
  auto const found = std::make_shared<Found>(entry->record);
  ports_.work.run(spool, [this, placement = std::move(placement), found, done = std::move(done)] {
    auto lent = open_to_lend(*found, placement);
    ports_.work.post([this, found, lent = std::move(lent), done] {
      auto const id = found->record.id;
      if (found->stamp) on_touched(id, *found->stamp);
      auto const code = lent ? Errc::internal : lent.error().code;
      if (code != Errc::file_changed && code != Errc::piece_mismatch) return done(lent);
      on_changed_outside(id, lent.error(), [lent, done] { done(lent); });
    });
  });
}

Result<std::shared_ptr<LentContent>> Contents::open_to_lend(Found& found,
                                                            Placement const& placement) {
  if (found.record.sealed) {
    auto const stamp = loader_.check_stored(found.record);
    if (!stamp) return tl::unexpected(stamp.error());
    found.stamp = *stamp;
  }
  auto source = ports_.disk.open(loader_.path_of(found.record), Disk::Mode::read);
  if (!source) return tl::unexpected(source.error());
  return std::make_shared<LentFile>(std::move(*source), placement);
}

Result<void> Contents::check_present(Entry& entry, Placement const& placement) {
  auto const length = entry.record.length;
  for (auto const& range : placement.ranges) {
    if (range.begin > range.end || !length || range.end > *length) {
      return fail(Errc::invalid_range, placement.path, "not within the content");
    }
  }
  if (entry.record.sealed) return {};
  if (entry.record.scrubbed != WallTime{}) {
    return fail(Errc::piece_mismatch, placement.path, "stored bytes turned out wrong");
  }
  if (placement.ranges.empty() || !entry.spool) {
    return fail(Errc::invalid_state, placement.path, "the content is not sealed");
  }
  auto state = entry.spool->lock();
  for (auto const& range : placement.ranges) {
    if (range.empty()) continue;
    auto const absent = state->present().next_absent(piece_at(range.begin, state->piece_length()));
    if (absent && state->bytes(*absent).begin < range.end) {
      return fail(Errc::invalid_state, placement.path, "a part of it is not there yet");
    }
  }
  return {};
}

void Contents::flush(std::function<void()> done) {
  epochs_.flush(std::move(done));
}

std::vector<StoredContent> Contents::list() const {
  std::vector<StoredContent> out;
  out.reserve(entries_.size());
  for (auto const& [id, entry] : entries_) {
    auto const& record = entry.record;
    Bytes present = record.present;
    if (entry.spool) {
      auto state = entry.spool->lock();
      if (state.book()) present = state->bytes_in(state->present());
    }
    out.push_back({id, record.content, record.length, present, record.sealed,
                   loader_.path_of(record), record.sealed ? record.sha256 : std::nullopt});
  }
  return out;
}

std::optional<PresentPieces> Contents::present(SpoolId spool) const {
  auto const found = entries_.find(spool);
  if (found == entries_.end() || !found->second.record.length) return std::nullopt;
  auto const& [record, open, identity, pass, opening, released, checks] = found->second;
  PresentPieces out{*record.length, record.piece_length, {}};
  if (open) {
    auto state = open->lock();
    if (!state.book()) return std::nullopt;
    out.pieces = state->present();
  } else if (record.sealed) {
    auto const count = piece_count(out.length, out.piece_length);
    out.pieces = PieceMap(count);
    out.pieces.set({PieceIndex{0}, PieceIndex{count}});
  } else {
    return std::nullopt;
  }
  return out;
}

std::string Contents::path_of(SpoolId spool) const {
  auto const found = entries_.find(spool);
  return found == entries_.end() ? std::string() : loader_.path_of(found->second.record);
}

void Contents::stop(std::function<void()> done) {
  stopping_ = true;
  scrubber_.stop();
  gate_->close();
  for (auto& [id, entry] : entries_) {
    if (entry.pass) entry.pass->cancel();
  }
  // What was handed on before becomes present, then durable.
  ports_.work.when_idle([this, done = std::move(done)]() mutable {
    epochs_.flush([this, done = std::move(done)]() mutable {
      epochs_.stop();
      ports_.work.when_idle(std::move(done));
    });
  });
}

}  // namespace freshet::store
