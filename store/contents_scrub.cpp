// The part of Contents that reads stored contents again: when asked to and by itself.
#include <utility>

#include "store/contents.h"
#include "store/piece_scan.h"

namespace freshet::store {

void Contents::verify(SpoolId spool, std::function<void(Result<PieceMap>)> done) {
  auto* const entry = find(spool);
  if (entry == nullptr) return done(fail(Errc::not_found, {}, "no such content"));
  if (!entry->record.sealed) return done(fail(Errc::invalid_state, {}, "it is not sealed"));
  open_to_check(spool, [this, spool, done = std::move(done)](Result<OpenedSpool> opened) {
    if (!opened) return done(tl::unexpected(opened.error()));
    auto const& open = find(spool)->spool;
    auto const scan = std::make_shared<PieceScan>(open, ports_.disk, ports_.work, ports_.clock,
                                                  PieceScan::Pace{});
    scan->start([this, spool, open, done](Result<PieceMap> right) {
      on_checked(open, std::move(right), [this, spool, done](Result<PieceMap> judged) {
        done(std::move(judged));
        end_check(spool);
      });
    });
  });
}

void Contents::open_to_check(SpoolId id, OpenDone done) {
  auto& entry = *find(id);
  ++entry.checks;
  open_again(entry, [this, id, done = std::move(done)](Result<OpenedSpool> opened) {
    bool const failed = !opened;
    done(std::move(opened));
    if (failed) end_check(id);
  });
}

void Contents::end_check(SpoolId id) {
  auto* const entry = find(id);
  if (entry == nullptr) return;
  --entry->checks;
  maybe_drop(id);
}

void Contents::on_checked(std::shared_ptr<Spool> const& spool, Result<PieceMap> right,
                          std::function<void(Result<PieceMap>)> done) {
  auto* const entry = find_open(spool);
  if (!right) return done(std::move(right));
  if (entry == nullptr) return done(fail(Errc::cancelled, {}, "the content was released"));
  if (right->all()) {
    note_checked(*entry);
    return done(std::move(right));
  }
  ports_.log.write(
      LogLevel::error, "stored bytes are wrong",
      {{"path", spool->path()}, {"pieces", std::to_string(right->size() - right->count())}});
  if (!entry->record.path.empty()) {
    // The file is the application's now; repairing it is not for us.
    drop(spool->id());
    return done(std::move(right));
  }
  std::vector<PieceIndex> wrong;
  for (auto const& range : right->absent_ranges()) {
    for (auto i = to_number(range.begin); i < to_number(range.end); ++i) {
      wrong.push_back(PieceIndex{i});
    }
  }
  spool->unseal();
  drop_pieces(*entry, wrong,
              [this, spool, wrong, right = *right, done = std::move(done)](Result<void> const&) {
                for (auto const piece : wrong) on_rejected(spool, piece, {});
                done(right);
              });
}

void Contents::note_checked(Entry& entry) {
  auto const id = entry.record.id;
  auto const now = entry.record.scrubbed = ports_.clock.wall();
  // The lane of all who write records: what they wrote meanwhile stays.
  ports_.work.run_sync([this, id, now] {
    auto const kept = ports_.database.get(Table::contents, spool_key(id));
    auto record = kept && *kept ? decode_spool(id, **kept) : fail(Errc::not_found);
    if (!record) return;
    record->scrubbed = now;
    Batch batch;
    batch.put(Table::contents, spool_key(id), encode(*record));
    // Losing it costs reading again.
    static_cast<void>(ports_.database.write(batch, Sync::no));
  });
}

std::optional<SpoolId> Contents::next_to_scrub(WallTime due) {
  Entry const* oldest = nullptr;
  for (auto const& [id, entry] : entries_) {
    bool const busy = !entry.record.sealed || !entry.opening.empty() || entry.checks > 0;
    if (busy || entry.record.scrubbed > due) continue;
    if (oldest == nullptr || entry.record.scrubbed < oldest->record.scrubbed) oldest = &entry;
  }
  if (oldest == nullptr) return std::nullopt;
  return oldest->record.id;
}

void Contents::open_to_scrub(SpoolId spool, std::function<void(std::shared_ptr<Spool>)> done) {
  open_to_check(spool, [this, spool, done = std::move(done)](Result<OpenedSpool> const& opened) {
    auto* const entry = find(spool);
    done(opened && entry != nullptr ? entry->spool : nullptr);
  });
}

void Contents::scrubbed(SpoolId id, std::shared_ptr<Spool> const& spool,
                        Result<PieceMap> const& right) {
  auto* const entry = find(id);
  // What cannot be read now is tried again in its turn.
  if (!right && entry != nullptr) entry->record.scrubbed = ports_.clock.wall();
  on_checked(spool, right, [this, id](Result<PieceMap> const&) { end_check(id); });
}

}  // namespace freshet::store
