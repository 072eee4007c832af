#include "store/intake.h"

#include <array>
#include <tuple>

#include "engine/content/merkle.h"
#include "store/spool_record.h"

namespace freshet::store {

namespace {

constexpr std::size_t kRegionBlocks = kBufferBytes / kBlockBytes;

std::span<Digest> hash_into(std::array<Digest, kRegionBlocks>& leaves,
                            std::span<std::byte const> bytes) {
  auto const used = std::span(leaves).first((bytes.size() + kBlockBytes - 1) / kBlockBytes);
  hash_blocks(bytes, used);
  return used;
}

}  // namespace

void Intake::submit(std::shared_ptr<Spool> spool, std::shared_ptr<Buffer> buffer, Bytes offset,
                    SourceId who) {
  bool const growing = !spool->length();
  auto const id = spool->id();
  auto const region = growing ? 1 : 1 + offset / kBufferBytes;
  work_.run_region(
      id, region,
      [this, spool = std::move(spool), buffer = std::move(buffer), offset, who, growing] {
        if (!spool->takes_bytes()) return;
        if (growing) {
          take_growing(spool, buffer->bytes(), offset);
        } else {
          take(spool, buffer->bytes(), offset, who);
        }
      });
}

void Intake::submit_end(std::shared_ptr<Spool> spool, Bytes length, SourceId who) {
  auto const id = spool->id();
  work_.run_region(id, 1, [this, spool = std::move(spool), length, who] {
    if (spool->takes_bytes()) end_growing(spool, length, who);
  });
}

void Intake::break_off(std::shared_ptr<Spool> const& spool, Error error) {
  if (!spool->break_off(error)) return;
  work_.post([this, spool, error = std::move(error)] { events_.on_broken(spool, error); });
}

Result<void> Intake::write(Spool& spool, std::span<std::byte const> bytes, Bytes offset) {
  auto const file = spool.file(disk_, spool.lazy());
  if (!file) return tl::unexpected(file.error());
  if (auto const written = (*file)->write_at(bytes, offset); !written) return written;
  if (bytes.size() >= kBufferBytes) (*file)->start_writeback({offset, offset + bytes.size()});
  return {};
}

void Intake::take(std::shared_ptr<Spool> const& spool, std::span<std::byte const> bytes,
                  Bytes offset, SourceId who) {
  auto wanted = [&] { return spool->lock()->wanted({offset, offset + bytes.size()}); }();
  for (auto const piece : wanted.evicted) {
    work_.post([this, spool, piece] { events_.on_rejected(spool, piece, {}); });
  }
  std::array<Digest, kRegionBlocks> space;
  for (auto const& run : wanted.runs) {
    auto const part = bytes.subspan(run.range.begin - offset, run.range.size());
    auto const leaves = hash_into(space, part);
    if (auto const written = write(*spool, part, run.range.begin); !written) {
      return break_off(spool, written.error());
    }
    tell_written(spool->id(), run.range);
    auto full = spool->lock()->add(run, leaves, who);
    if (full) judge(spool, std::move(*full));
  }
}

void Intake::judge(std::shared_ptr<Spool> const& spool, PieceBook::Full full) {
  auto const [piece_length, only, expected] = [&] {
    auto book = spool->lock();
    return std::tuple(book->piece_length(), book->pieces() == 1, book->expected(full.piece));
  }();
  auto const root = piece_root(full.leaves, piece_length, only);
  if (expected && root != *expected) return reject(spool, full, root, *expected);
  accept(spool, std::move(full), root);
}

void Intake::accept(std::shared_ptr<Spool> const& spool, PieceBook::Full full, Digest const& root) {
  // Before it counts as present: an epoch that sees the piece takes this record away again.
  Batch batch;
  if (auto record = spool->take_first_record()) {
    batch.put(Table::contents, spool_key(spool->id()), std::move(*record));
  }
  batch.put(Table::pieces, received_key(spool->id(), full.piece), encode_root(root));
  if (auto const written = database_.write(batch, Sync::no); !written) {
    spool->lock()->drop(full.piece);
    return break_off(spool, written.error());
  }
  bool verified = false;
  {
    auto book = spool->lock();
    // An identity that came in between has looked only at what was present.
    auto const expected = book->expected(full.piece);
    if (expected && *expected != root) {
      if (book->current(full.piece, full.attempt)) book->drop(full.piece);
      return post_rejected(spool, full, root, *expected, book->bytes(full.piece));
    }
    if (!book->settle(full.piece, full.attempt, root)) return;
    verified = expected.has_value();
    auto liars = verified
                     ? book.suspects().convict(full.piece, full.leaves, book->bytes(full.piece))
                     : std::vector<Blame>{};
    if (!liars.empty()) {
      work_.post([this, spool, liars = std::move(liars)] { events_.on_liars(spool, liars); });
    }
    // Posted under the lock, so that events keep the order in which things became true.
    work_.post([this, spool, piece = full.piece, who = full.senders.back()] {
      events_.on_present(spool, piece, who);
    });
  }
  if (!verified) return;
  std::lock_guard const lock(watcher_mutex_);
  if (watcher_ != nullptr) {
    watcher_->on_piece_verified(spool->id(), full.piece, std::move(full.leaves));
  }
}

void Intake::reject(std::shared_ptr<Spool> const& spool, PieceBook::Full const& full,
                    Digest const& root, Digest const& expected) {
  {
    auto book = spool->lock();
    if (!book->current(full.piece, full.attempt)) return;
    book->drop(full.piece);
    book.suspects().keep(full);
    post_rejected(spool, full, root, expected, book->bytes(full.piece));
  }
  tell_dropped(spool->id(), full.piece);
}

void Intake::post_rejected(std::shared_ptr<Spool> const& spool, PieceBook::Full const& full,
                           Digest const& root, Digest const& expected, ByteRange bytes) {
  work_.post([this, spool, piece = full.piece, who = blame(full, bytes, expected, root)] {
    events_.on_rejected(spool, piece, who);
  });
}

void Intake::watch(PieceWatcher* watcher) {
  std::lock_guard const lock(watcher_mutex_);
  watcher_ = watcher;
}

void Intake::watch_writes(WriteWatcher* watcher) {
  std::unique_lock const lock(write_watcher_mutex_);
  write_watcher_ = watcher;
}

void Intake::tell_written(SpoolId spool, ByteRange bytes) {
  std::shared_lock const lock(write_watcher_mutex_);
  if (write_watcher_ != nullptr) write_watcher_->on_written(spool, bytes);
}

void Intake::tell_dropped(SpoolId spool, PieceIndex piece) {
  std::lock_guard const lock(watcher_mutex_);
  if (watcher_ != nullptr) watcher_->on_piece_dropped(spool, piece);
}

void Intake::take_growing(std::shared_ptr<Spool> const& spool, std::span<std::byte const> bytes,
                          Bytes offset) {
  auto const reached = [&] { return spool->lock().grown(); }();
  if (offset == 0 && reached != 0) {
    // The source starts over.
    auto state = spool->lock();
    state.tree() = {};
    state.grown() = 0;
  } else if (offset != reached) {
    return;
  }
  std::array<Digest, kRegionBlocks> space;
  auto const leaves = hash_into(space, bytes);
  if (auto const written = write(*spool, bytes, offset); !written) {
    return break_off(spool, written.error());
  }
  {
    auto state = spool->lock();
    state.tree().add(leaves);
    state.grown() = offset + bytes.size();
  }
  tell_written(spool->id(), {offset, offset + bytes.size()});
}

void Intake::end_growing(std::shared_ptr<Spool> const& spool, Bytes length, SourceId who) {
  auto const file = spool->file(disk_);
  auto const sized = file ? (*file)->resize(length) : tl::unexpected(file.error());
  if (!sized) return break_off(spool, sized.error());
  auto state = spool->lock();
  if (state.book() || state.grown() != length) return;
  auto const layer = std::move(state.tree()).finish();
  state.tree() = {};
  state.book().emplace(length, piece_length_for(length), partial_blocks_max_);
  for (std::uint32_t i = 0; i < layer.hashes.size(); ++i) {
    state->restore(PieceIndex{i}, layer.hashes[i], false);
  }
  work_.post([this, spool, who] { events_.on_grown(spool, who); });
}

}  // namespace freshet::store
