// The part of Contents that is about staying and going: release, the cache, checks of what is
// stored.
#include <algorithm>
#include <utility>

#include "store/contents.h"
#include "store/piece_scan.h"
#include "store/piece_table.h"

namespace freshet::store {

void Contents::index(SpoolRecord const& record) {
  if (!record.sealed) return;
  if (record.content) sealed_by_content_[*record.content] = record.id;
  if (record.sha256) sealed_by_sha256_[*record.sha256] = record.id;
}

void Contents::unindex(SpoolRecord const& record) {
  if (record.content) {
    auto const found = sealed_by_content_.find(*record.content);
    if (found != sealed_by_content_.end() && found->second == record.id) {
      sealed_by_content_.erase(found);
    }
  }
  if (record.sha256) {
    auto const found = sealed_by_sha256_.find(*record.sha256);
    if (found != sealed_by_sha256_.end() && found->second == record.id) {
      sealed_by_sha256_.erase(found);
    }
  }
}

void Contents::release(SpoolId spool) {
  auto* const entry = find(spool);
  if (entry == nullptr) return;
  entry->released = true;
  maybe_drop(spool);
}

void Contents::maybe_drop(SpoolId id) {
  auto* const entry = find(id);
  if (entry == nullptr || !entry->released || !entry->opening.empty()) return;
  if (ports_.refs.count(id) > 0) return;
  if (!entry->record.sealed) return drop(id);
  if (entry->spool) close_spool(*entry, {Errc::cancelled, {}, "the content was released"});
  trim_cache();
}

void Contents::close_spool(Entry& entry, Error why) {
  auto const id = entry.record.id;
  gate_->remove(id);
  entry.spool->close(std::move(why));
  epochs_.forget(id);
  auto const pass = std::exchange(entry.pass, nullptr);
  if (pass) pass->cancel();
  entry.spool = nullptr;
}

void Contents::drop(SpoolId id) {
  auto const found = entries_.find(id);
  if (found == entries_.end()) return;
  auto entry = std::move(found->second);
  entries_.erase(found);
  unindex(entry.record);
  if (entry.spool) close_spool(entry, {Errc::cancelled, {}, "the content was released"});
  for (auto const& done : entry.opening)
    done(fail(Errc::not_found, {}, "the content was released"));
  // A placed file belongs to the application.
  auto const path = entry.record.path.empty() ? loader_.path_of(entry.record) : std::string{};
  ports_.work.run_sync([this, id, path] {
    Batch batch;
    erase_content(batch, id);
    // Neither has to be durable: what a crash brings back is removed at the next start.
    static_cast<void>(ports_.database.write(batch, Sync::no));
    if (!path.empty()) static_cast<void>(ports_.disk.remove(path));
  });
}

void Contents::trim_cache() {
  std::vector<SpoolRecord const*> kept;
  std::vector<SpoolRecord const*> placed;
  Bytes bytes = 0;
  for (auto const& [id, entry] : entries_) {
    bool const needed = !entry.released || !entry.opening.empty() || ports_.refs.count(id) > 0;
    if (needed || !entry.record.sealed) continue;
    (entry.record.path.empty() ? kept : placed).push_back(&entry.record);
    if (entry.record.path.empty()) bytes += *entry.record.length;
  }
  auto const older = [](SpoolRecord const* a, SpoolRecord const* b) {
    return std::pair(a->last_used, a->id) < std::pair(b->last_used, b->id);
  };
  std::ranges::sort(kept, older);
  std::ranges::sort(placed, older);
  std::vector<SpoolId> gone;
  for (auto const* record : kept) {
    if (bytes <= options_.cache_bytes_max) break;
    bytes -= *record->length;
    gone.push_back(record->id);
  }
  for (std::size_t i = 0; i + options_.placed_contents_max < placed.size(); ++i) {
    gone.push_back(placed[i]->id);
  }
  for (auto const id : gone) drop(id);
}

void Contents::clean() {
  std::vector<SpoolId> ids;
  for (auto const& [id, entry] : entries_) ids.push_back(id);
  for (auto const id : ids) {
    auto const* entry = find(id);
    if (entry != nullptr && !entry->record.sealed) maybe_drop(id);
  }
  trim_cache();
}

void Contents::verify(SpoolId spool, std::function<void(Result<PieceMap>)> done) {
  auto* const entry = find(spool);
  if (entry == nullptr) return done(fail(Errc::not_found, {}, "no such content"));
  if (!entry->record.sealed) return done(fail(Errc::invalid_state, {}, "it is not sealed"));
  bool const released = entry->released;
  reopen(spool, [this, spool, released, done = std::move(done)](Result<OpenedSpool> opened) {
    if (!opened) return done(tl::unexpected(opened.error()));
    auto* const found = find(spool);
    scan(*found, BytesPerSecond{0}, [this, spool, released, done](Result<PieceMap> right) {
      done(std::move(right));
      if (released) release(spool);
    });
  });
}

void Contents::scan(Entry& entry, BytesPerSecond rate, std::function<void(Result<PieceMap>)> done) {
  auto const scan =
      std::make_shared<PieceScan>(entry.spool, ports_.disk, ports_.work, ports_.clock, rate);
  scan->start([this, spool = entry.spool, done = std::move(done)](Result<PieceMap> right) {
    if (!right) return done(std::move(right));
    on_scanned(spool, *right, done);
  });
}

void Contents::on_scanned(std::shared_ptr<Spool> const& spool, PieceMap const& right,
                          std::function<void(Result<PieceMap>)> done) {
  auto* const entry = find_open(spool);
  if (entry == nullptr) return done(fail(Errc::cancelled, {}, "the content was released"));
  entry->record.scrubbed = ports_.clock.wall();
  if (right.all()) return done(right);
  ports_.log.write(
      LogLevel::error, "stored bytes are wrong",
      {{"path", spool->path()}, {"pieces", std::to_string(right.size() - right.count())}});
  if (!entry->record.path.empty()) {
    // The file is the application's now; repairing it is not for us.
    drop(spool->id());
    return done(right);
  }
  std::vector<PieceIndex> wrong;
  for (auto const& range : right.absent_ranges()) {
    for (auto i = to_number(range.begin); i < to_number(range.end); ++i) {
      wrong.push_back(PieceIndex{i});
    }
  }
  spool->unseal();
  drop_pieces(*entry, wrong, [this, spool, wrong, right, done = std::move(done)](Result<void>) {
    for (auto const piece : wrong) on_rejected(spool, piece, {});
    done(right);
  });
}

}  // namespace freshet::store
