#include "tests/support/real_store.h"

#include <condition_variable>
#include <stdexcept>
#include <thread>

namespace freshet::test {

void KeptEvents::on_piece_present(SpoolId spool, PieceIndex piece, SourceId) {
  {
    std::lock_guard const lock(mutex_);
    present_[spool].insert(piece);
  }
  auto const waiting = first_.extract(spool);
  if (waiting) waiting.mapped()();
}

void KeptEvents::on_piece_rejected(SpoolId spool, PieceIndex piece, std::vector<Blame> blame) {
  std::lock_guard const lock(mutex_);
  present_[spool].erase(piece);
  rejected_[spool].emplace_back(piece, std::move(blame));
}

void KeptEvents::on_liars_proven(SpoolId spool, std::vector<Blame> blame) {
  std::lock_guard const lock(mutex_);
  liars_[spool] = std::move(blame);
}

std::vector<Blame> KeptEvents::liars(SpoolId spool) {
  std::lock_guard const lock(mutex_);
  return liars_[spool];
}

void KeptEvents::on_spool_failed(SpoolId spool, Error error) {
  std::lock_guard const lock(mutex_);
  failed_.emplace(spool, std::move(error));
}

std::size_t KeptEvents::present(SpoolId spool) {
  std::lock_guard const lock(mutex_);
  return present_[spool].size();
}

std::vector<std::pair<PieceIndex, std::vector<Blame>>> KeptEvents::rejected(SpoolId spool) {
  std::lock_guard const lock(mutex_);
  return rejected_[spool];
}

std::optional<Error> KeptEvents::failed(SpoolId spool) {
  std::lock_guard const lock(mutex_);
  auto const found = failed_.find(spool);
  return found == failed_.end() ? std::nullopt : std::optional(found->second);
}

RealStore::RealStore(std::string const& data_dir, StoreOptions options) {
  options.data_dir = data_dir;
  auto opened = Store::open(std::move(options), loop_, pool_, clock_, log_);
  if (!opened) {
    loop_.stop();
    pool_.stop();
    throw std::runtime_error(describe(opened.error()));
  }
  store_ = std::move(*opened);
  store_->contents().set_events(&events_);
}

RealStore::~RealStore() {
  ask<bool>([&](auto done) { store_->stop([done] { done(true); }); });
  loop_.stop();
  pool_.stop();
}

Result<OpenedSpool> RealStore::open(SpoolSpec spec) {
  return ask<Result<OpenedSpool>>([&](auto done) { store_->contents().open(spec, done); });
}

Result<OpenedSpool> RealStore::reopen(SpoolId spool) {
  return ask<Result<OpenedSpool>>([&](auto done) { store_->contents().reopen(spool, done); });
}

Result<void> RealStore::identify(SpoolId spool, Identity identity) {
  return ask<Result<void>>([&](auto done) { store_->contents().identify(spool, identity, done); });
}

Result<Sealed> RealStore::seal(SpoolId spool) {
  return ask<Result<Sealed>>([&](auto done) { store_->contents().seal(spool, done); });
}

Result<void> RealStore::place(SpoolId spool, Placement placement) {
  return ask<Result<void>>([&](auto done) { store_->contents().place(spool, placement, done); });
}

Result<PieceMap> RealStore::verify(SpoolId spool) {
  return ask<Result<PieceMap>>([&](auto done) { store_->contents().verify(spool, done); });
}

Result<void> RealStore::save(LedgerChange change) {
  return ask<Result<void>>([&](auto done) { store_->ledger().save(change, done); });
}

void RealStore::discard(SpoolId spool, PieceMap const& pieces) {
  ask<bool>([&](auto done) { store_->contents().discard(spool, pieces, [done] { done(true); }); });
}

void RealStore::release(SpoolId spool) {
  ask<bool>([&](auto done) {
    store_->contents().release(spool);
    done(true);
  });
}

void RealStore::flush() {
  ask<bool>([&](auto done) { store_->contents().flush([done] { done(true); }); });
}

std::vector<StoredContent> RealStore::list() {
  return ask<std::vector<StoredContent>>([&](auto done) { done(store_->contents().list()); });
}

Result<void> RealStore::write(SpoolId spool, Bytes begin, std::span<std::byte const> bytes,
                              SourceId who) {
  std::mutex mutex;
  std::condition_variable wake;
  bool room = false;
  auto const stream = store_->contents().gate().open(spool, who, begin, [&] {
    std::lock_guard const lock(mutex);
    room = true;
    wake.notify_one();
  });
  while (!bytes.empty()) {
    auto const part = bytes.first(std::min<std::size_t>(bytes.size(), 100'000));
    auto const taken = stream->write(part);
    if (!taken) return tl::unexpected(taken.error());
    if (*taken == GateStream::Taken::wait) {
      std::unique_lock lock(mutex);
      wake.wait(lock, [&] { return room; });
      room = false;
      continue;
    }
    bytes = bytes.subspan(part.size());
  }
  stream->finish();
  return {};
}

bool RealStore::wait_for_pieces(SpoolId spool, std::size_t pieces) {
  return wait_until([&] { return events_.present(spool) >= pieces; });
}

bool RealStore::wait_until(std::function<bool()> const& condition) {
  auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    // One turn of the loop: events come from there.
    ask<bool>([](auto done) { done(true); });
    std::this_thread::yield();
  }
  return true;
}

}  // namespace freshet::test
