#include "store/epochs.h"

#include <utility>

#include "store/piece_table.h"

namespace freshet::store {

Epochs::Epochs(Disk& disk, KeyValue& database, Work& work, Clock& clock, EpochEvents& events,
               EpochOptions options)
    : disk_(disk),
      database_(database),
      work_(work),
      clock_(clock),
      events_(events),
      options_(std::move(options)) {}

Epochs::~Epochs() = default;

void Epochs::touch(std::shared_ptr<Spool> const& spool, Bytes bytes) {
  dirty_[spool->id()] = spool;
  dirty_bytes_ += bytes;
  if (dirty_bytes_ >= options_.bytes) return begin_soon();
  if (timer_ != TimerId::none || running_) return;
  timer_ = work_.loop().at(clock_.now() + options_.interval, [this] {
    timer_ = TimerId::none;
    begin_soon();
  });
}

void Epochs::forget(SpoolId spool) {
  dirty_.erase(spool);
  auto const sealing = seals_.find(spool);
  if (sealing == seals_.end()) return;
  auto const done = std::move(sealing->second.done);
  seals_.erase(sealing);
  done(fail(Errc::cancelled, {}, "the content was released"));
}

void Epochs::flush(std::function<void()> done) {
  flushed_.push_back(std::move(done));
  begin_soon();
}

void Epochs::seal(SealOrder order) {
  auto const id = order.spool->id();
  dirty_[id] = order.spool;
  seals_.insert_or_assign(id, std::move(order));
  begin_soon();
}

void Epochs::stop() {
  work_.loop().cancel(std::exchange(timer_, TimerId::none));
}

void Epochs::begin_soon() {
  if (running_) {
    again_ = true;
    return;
  }
  running_ = true;
  // After what is posted already, so that requests that come together share one epoch.
  work_.post([this] { begin(); });
}

void Epochs::begin() {
  work_.loop().cancel(std::exchange(timer_, TimerId::none));
  auto const epoch = std::make_shared<Epoch>();  // Shared only because tasks have to be copyable.
  for (auto const& [id, spool] : std::exchange(dirty_, {})) {
    epoch->dirty.push_back({.spool = spool, .record = events_.record_of(id)});
    auto const sealing = seals_.find(id);
    if (sealing == seals_.end()) continue;
    epoch->dirty.back().seal = std::move(sealing->second);
    seals_.erase(sealing);
  }
  dirty_bytes_ = 0;
  again_ = false;
  epoch->flushed = std::exchange(flushed_, {});
  epoch->names = std::exchange(names_, false);
  work_.run_sync([this, epoch] {
    run(*epoch);
    work_.post([this, epoch] { end(*epoch); });
  });
}

void Epochs::run(Epoch& epoch) {
  for (auto& dirty : epoch.dirty) {
    auto state = dirty.spool->lock();
    if (state.book()) dirty.pieces = state->take_fresh();
  }
  sync_data(epoch);
  write_state(epoch);
}

void Epochs::sync_data(Epoch& epoch) {
  auto const note = [](Dirty& dirty, Result<void> const& synced) {
    if (synced || dirty.error) return;
    dirty.error = synced.error();
    dirty.data_lost = true;
  };
  if (epoch.dirty.size() > options_.sync_files_max) {
    auto const synced = disk_.sync_file_system(options_.spool_directory);
    for (auto& dirty : epoch.dirty) note(dirty, synced);
    if (synced) epoch.names = false;
    return;
  }
  for (auto& dirty : epoch.dirty) {
    if (dirty.pieces.empty()) continue;
    epoch.names = epoch.names || dirty.spool->lazy();
    auto const file = dirty.spool->file(disk_);
    note(dirty, file ? (*file)->sync() : tl::unexpected(file.error()));
  }
  if (!epoch.names || epoch.dirty.empty()) return;
  auto const synced = disk_.sync_directory(options_.spool_directory);
  for (auto& dirty : epoch.dirty) note(dirty, synced);
  if (synced) epoch.names = false;
}

void Epochs::put_pieces(Batch& batch, Dirty& dirty) {
  auto const id = dirty.spool->id();
  auto state = dirty.spool->lock();
  if (!state.book()) return;
  dirty.pieces = state->confirm(dirty.pieces);
  for (auto const piece : dirty.pieces) batch.erase(Table::pieces, received_key(id, piece));
  dirty.record.present = state->bytes_in(state->durable());
  if (!dirty.seal) put_chunks(batch, id, *state.book(), dirty.pieces);
}

void Epochs::put_seal(Batch& batch, Dirty& dirty) {
  auto const id = dirty.spool->id();
  auto& order = *dirty.seal;
  auto const stamp = disk_.stamp(dirty.spool->path());
  bool const whole = [&] {
    auto state = dirty.spool->lock();
    return state.book() && state->durable().all();
  }();
  if (!stamp) dirty.error = stamp.error();
  if (auto const inode = dirty.spool->inode(); stamp && inode != 0 && inode != stamp->inode) {
    dirty.error = Error{Errc::file_changed, dirty.spool->path(), "another file stands there"};
  }
  if (!whole) dirty.error = Error{Errc::invalid_state, {}, "a piece was dropped meanwhile"};
  if (dirty.error) return;
  order.record.stamp = *stamp;
  order.record.present = dirty.record.present;
  if (order.new_layer) put_layer(batch, id, order.new_layer->layer);
  // Sealed means that every piece is there.
  batch.erase_prefix(Table::pieces, spool_key(id));
  batch.put(Table::contents, spool_key(id), encode(order.record));
}

void Epochs::write_state(Epoch& epoch) {
  Batch batch;
  for (auto& dirty : epoch.dirty) {
    if (dirty.error || dirty.spool->closed()) continue;
    put_pieces(batch, dirty);
    static_cast<void>(dirty.spool->take_first_record());
    if (dirty.seal) {
      put_seal(batch, dirty);
    } else {
      batch.put(Table::contents, spool_key(dirty.spool->id()), encode(dirty.record));
    }
  }
  if (batch.empty()) return;  // What came before is in earlier epochs.
  auto const written = database_.write(batch, Sync::yes);
  if (written) return;
  for (auto& dirty : epoch.dirty) {
    if (!dirty.error) dirty.error = written.error();
    auto state = dirty.spool->lock();
    if (state.book()) state->unconfirm(dirty.pieces);
  }
}

void Epochs::end(Epoch& epoch) {
  running_ = false;
  names_ = names_ || epoch.names;
  for (auto& dirty : epoch.dirty) {
    if (dirty.data_lost) dirty.spool->distrust_fresh();
    if (dirty.error) {
      events_.on_not_durable(dirty.spool, *dirty.error);
    } else {
      events_.on_durable(dirty.spool, dirty.record.present);
    }
    if (!dirty.seal) continue;
    dirty.seal->done(dirty.error ? Result<SpoolRecord>(tl::unexpected(*dirty.error))
                                 : std::move(dirty.seal->record));
  }
  for (auto const& done : epoch.flushed) done();
  if (again_ || dirty_bytes_ >= options_.bytes) return begin_soon();
  if (!dirty_.empty()) touch(std::shared_ptr<Spool>(dirty_.begin()->second), 0);
}

}  // namespace freshet::store
