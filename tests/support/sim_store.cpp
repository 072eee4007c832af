#include "tests/support/sim_store.h"

#include <stdexcept>
#include <utility>

#include "engine/content/merkle.h"

namespace freshet::test {

void ShuffledPool::run(std::uint64_t lane, std::function<void()> task) {
  lanes_[lane].push_back(std::move(task));
  loop_.post([this] { run_one(); });
}

void ShuffledPool::run_one() {
  auto it = lanes_.begin();
  std::advance(it, static_cast<std::ptrdiff_t>(random_() % lanes_.size()));
  auto const task = std::move(it->second.front());
  it->second.pop_front();
  if (it->second.empty()) lanes_.erase(it);
  task();
}

SimStore::SimStore(std::shared_ptr<SimDisk> disk, std::shared_ptr<SimKeyValue> database,
                   StoreOptions options, std::uint64_t seed)
    : pool_(loop_, seed) {
  options.data_dir = "/data";
  auto opened = Store::open_on({std::move(disk), std::move(database)}, std::move(options), loop_,
                               pool_, loop_, *this);
  if (!opened) throw std::runtime_error(describe(opened.error()));
  store_ = std::move(*opened);
  contents().set_events(this);
}

SimStore::~SimStore() {
  // Tasks first: they hold parts of the store.
  loop_.drop_all();
  pool_.drop_all();
  loop_.drop_all();
  if (!stopped_) store_->abandon();
}

template <typename T, typename Call>
T SimStore::ask(Call const& call) {
  auto const answer = std::make_shared<std::optional<T>>();
  call([answer](T value) { answer->emplace(std::move(value)); });
  loop_.run_until([&] { return answer->has_value(); }, std::chrono::hours{1});
  if (!*answer) throw std::runtime_error("no answer");
  return std::move(**answer);
}

Result<OpenedSpool> SimStore::open(SpoolSpec spec) {
  return ask<Result<OpenedSpool>>([&](auto done) { contents().open(std::move(spec), done); });
}

Result<OpenedSpool> SimStore::reopen(SpoolId spool) {
  return ask<Result<OpenedSpool>>([&](auto done) { contents().reopen(spool, done); });
}

Result<void> SimStore::identify(SpoolId spool, Identity identity) {
  return ask<Result<void>>([&](auto done) { contents().identify(spool, identity, done); });
}

Result<Sealed> SimStore::seal(SpoolId spool) {
  return ask<Result<Sealed>>([&](auto done) { contents().seal(spool, done); });
}

Result<void> SimStore::place(SpoolId spool, Placement placement) {
  return ask<Result<void>>([&](auto done) { contents().place(spool, placement, done); });
}

Result<PieceMap> SimStore::verify(SpoolId spool) {
  return ask<Result<PieceMap>>([&](auto done) { contents().verify(spool, done); });
}

Result<void> SimStore::save(LedgerChange change) {
  return ask<Result<void>>([&](auto done) { store_->ledger().save(std::move(change), done); });
}

void SimStore::discard(SpoolId spool, PieceMap const& pieces) {
  ask<bool>([&](auto done) { contents().discard(spool, pieces, [done] { done(true); }); });
}

void SimStore::flush() {
  ask<bool>([&](auto done) { contents().flush([done] { done(true); }); });
}

void SimStore::stop() {
  ask<bool>([&](auto done) { store_->stop([done] { done(true); }); });
  stopped_ = true;
}

Result<void> SimStore::hand_on(SpoolId spool, Bytes begin, std::span<std::byte const> bytes,
                               SourceId who) {
  auto const stream = contents().gate().open(spool, who, begin, [] {});
  while (!bytes.empty()) {
    auto const part = bytes.first(std::min<std::size_t>(bytes.size(), 50'000));
    auto const taken = stream->write(part);
    if (!taken) return tl::unexpected(taken.error());
    if (*taken == GateStream::Taken::wait) {
      loop_.run_one();
      continue;
    }
    bytes = bytes.subspan(part.size());
  }
  stream->finish();
  return {};
}

Result<void> SimStore::write(SpoolId spool, Bytes begin, std::span<std::byte const> bytes,
                             SourceId who) {
  auto const handed = hand_on(spool, begin, bytes, who);
  loop_.run_ready();
  return handed;
}

std::optional<Error> SimStore::failed(SpoolId spool) const {
  auto const found = failed_.find(spool);
  return found == failed_.end() ? std::nullopt : std::optional(found->second);
}

void SimStore::on_piece_present(SpoolId spool, PieceIndex piece, SourceId) {
  present_[spool].insert(piece);
}

void SimStore::on_piece_rejected(SpoolId spool, PieceIndex piece, std::vector<Blame> blame) {
  present_[spool].erase(piece);
  rejected_[spool].push_back({piece, std::move(blame)});
}

void SimStore::on_spool_failed(SpoolId spool, Error error) {
  failed_.insert_or_assign(spool, std::move(error));
}

std::vector<std::byte> some_bytes(std::size_t size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::byte> bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

std::shared_ptr<Manifest const> manifest_of(std::span<std::byte const> bytes, Bytes piece_length) {
  if (piece_length == 0) piece_length = piece_length_for(bytes.size());
  auto const pieces = piece_count(bytes.size(), piece_length);
  std::vector<Digest> layer;
  for (std::uint32_t i = 0; i < pieces; ++i) {
    auto const range = bytes_of(PieceIndex{i}, piece_length, bytes.size());
    std::vector<Digest> leaves((range.size() + kBlockBytes - 1) / kBlockBytes);
    hash_blocks(bytes.subspan(range.begin, range.size()), leaves);
    layer.push_back(piece_root(leaves, piece_length, pieces == 1));
  }
  auto const root = merkle_root(layer, static_cast<std::size_t>(piece_length / kBlockBytes));
  auto manifest = make_manifest({bytes.size(), root}, piece_length, std::move(layer));
  if (!manifest) throw std::runtime_error(describe(manifest.error()));
  return *manifest;
}

}  // namespace freshet::test
