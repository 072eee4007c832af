#include "tests/support/memory_store.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include "engine/content/geometry.h"
#include "engine/content/merkle.h"

namespace freshet::test {

namespace {

constexpr auto kDeadline = std::chrono::seconds{10};

std::span<std::byte const> bytes_of_text(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::vector<Digest> leaves_of(std::string_view text) {
  std::vector<Digest> leaves((text.size() + kBlockBytes - 1) / kBlockBytes);
  hash_blocks(bytes_of_text(text), leaves);
  return leaves;
}

}  // namespace

std::shared_ptr<Manifest const> manifest_of(std::string_view bytes) {
  auto const piece_length = piece_length_for(bytes.size());
  bool const only = bytes.size() <= piece_length;
  std::vector<Digest> layer;
  for (std::size_t begin = 0; begin < bytes.size(); begin += piece_length) {
    layer.push_back(piece_root(leaves_of(bytes.substr(begin, piece_length)), piece_length, only));
  }
  auto const root = merkle_root(layer, piece_length / kBlockBytes);
  ContentId const content{bytes.size(), only ? layer.front() : root};
  return make_manifest(content, piece_length, std::move(layer)).value();
}

class MemoryStore::Stream final : public GateStream {
 public:
  Stream(MemoryStore& its_store, SpoolId its_spool, SourceId sender, Bytes begin,
         std::function<void()> on_room)
      : store(its_store), spool(its_spool), who(sender), next(begin), room(std::move(on_room)) {}
  ~Stream() override {
    std::lock_guard const lock(store.mutex_);
    std::erase(store.waiting_, this);
  }

  Result<Taken> write(std::span<std::byte const> bytes) override {
    return store.take(*this, bytes);
  }
  void finish() override {
    // As the real store: what is buffered is judged when it is handed on.
    for (std::size_t at = 0; at < buffer.size(); at += kBlockBytes) {
      auto const block = std::string_view(buffer).substr(at, kBlockBytes);
      store.put_block(spool, who, next - buffer.size() + at, bytes_of_text(block));
    }
    buffer.clear();
  }

  MemoryStore& store;
  SpoolId spool;
  SourceId who;
  Bytes next;
  std::string buffer;
  std::function<void()> room;
};

void MemoryStore::add(SpoolId spool, std::shared_ptr<Manifest const> manifest) {
  std::lock_guard const lock(mutex_);
  auto& content = contents_[spool];
  content.bytes.resize(manifest->content.length);
  content.present = PieceMap(manifest->pieces());
  content.manifest = std::move(manifest);
}

void MemoryStore::add(SpoolId spool, std::shared_ptr<Manifest const> manifest, std::string bytes) {
  add(spool, manifest);
  std::lock_guard const lock(mutex_);
  contents_[spool].bytes = std::move(bytes);
  contents_[spool].present.set(pieces(0, manifest->pieces()));
}

void MemoryStore::corrupt(SpoolId spool, Bytes position) {
  std::lock_guard const lock(mutex_);
  contents_[spool].bytes[position] ^= 1;
}

void MemoryStore::forget_cache() {
  std::lock_guard const lock(mutex_);
  cached_ = false;
}

void MemoryStore::allow(Bytes bytes) {
  {
    std::lock_guard const lock(mutex_);
    allowed_ = bytes;
  }
  wake_waiting();
}

void MemoryStore::allow_all() {
  allow(~Bytes{0});
}

void MemoryStore::wake_waiting() {
  std::vector<std::function<void()>> rooms;
  {
    std::lock_guard const lock(mutex_);
    for (auto* stream : std::exchange(waiting_, {})) rooms.push_back(stream->room);
  }
  for (auto const& room : rooms) room();
}

std::unique_ptr<GateStream> MemoryStore::open(SpoolId spool, SourceId who, Bytes begin,
                                              std::function<void()> room) {
  return std::make_unique<Stream>(*this, spool, who, begin, std::move(room));
}

Result<GateStream::Taken> MemoryStore::take(Stream& stream, std::span<std::byte const> bytes) {
  std::lock_guard const lock(mutex_);
  if (!contents_.contains(stream.spool)) return fail(Errc::not_found);
  if (bytes.size() > allowed_) {
    waiting_.push_back(&stream);
    changed_.notify_all();
    return GateStream::Taken::wait;
  }
  if (allowed_ != ~Bytes{0}) allowed_ -= bytes.size();
  written_[stream.who] += bytes.size();
  stream.next += bytes.size();
  stream.buffer.append(reinterpret_cast<char const*>(bytes.data()), bytes.size());
  changed_.notify_all();
  return GateStream::Taken::all;
}

void MemoryStore::put_block(SpoolId spool, SourceId who, Bytes begin,
                            std::span<std::byte const> block) {
  std::unique_lock lock(mutex_);
  auto& content = contents_[spool];
  auto const piece_length = content.manifest->piece_length;
  auto const piece = piece_at(begin, piece_length);
  if (content.present.has(piece)) return;
  auto& partial = content.partial[to_number(piece)];
  auto const range = bytes_of(piece, piece_length, content.bytes.size());
  partial.leaves.resize((range.size() + kBlockBytes - 1) / kBlockBytes);
  partial.senders.resize(partial.leaves.size());
  auto const index = (begin - range.begin) / kBlockBytes;
  if (partial.leaves[index]) return;
  std::memcpy(content.bytes.data() + begin, block.data(), block.size());
  Digest leaf;
  hash_blocks(block, {&leaf, 1});
  partial.leaves[index] = leaf;
  partial.senders[index] = who;
  auto const there = [](auto const& entry) { return entry.has_value(); };
  if (!std::ranges::all_of(partial.leaves, there)) return;

  auto const whole = std::exchange(partial, {});
  content.partial.erase(to_number(piece));
  std::vector<Digest> leaves;
  for (auto const& entry : whole.leaves) leaves.push_back(*entry);
  auto const& manifest = *content.manifest;
  auto const got = piece_root(leaves, piece_length, manifest.pieces() == 1);
  auto const expected = manifest.layer[to_number(piece)];
  bool const good = got == expected;
  if (good) content.present.set(piece);
  bool const alone = std::ranges::all_of(whole.senders, [&](auto s) { return s == who; });
  if (!good) blames_.push_back({who, range, expected, got, alone});
  changed_.notify_all();
  lock.unlock();

  std::lock_guard const watcher_lock(watcher_mutex_);
  if (watcher_ == nullptr) return;
  if (good) {
    watcher_->on_piece_verified(spool, piece, std::move(leaves));
  } else {
    watcher_->on_piece_dropped(spool, piece);
  }
}

Result<PieceReader::Got> MemoryStore::read(SpoolId spool, Bytes begin, std::span<std::byte> out,
                                           Patience patience) {
  std::lock_guard const lock(mutex_);
  auto const found = contents_.find(spool);
  if (found == contents_.end()) return fail(Errc::not_found);
  if (begin + out.size() > found->second.bytes.size()) return fail(Errc::invalid_range);
  if (patience == Patience::cached_only && !cached_) return Got::nothing;
  std::memcpy(out.data(), found->second.bytes.data() + begin, out.size());
  return Got::all;
}

void MemoryStore::watch(PieceWatcher* watcher) {
  std::lock_guard const lock(watcher_mutex_);
  watcher_ = watcher;
}

bool MemoryStore::holds(SpoolId spool, std::string const& bytes) const {
  std::lock_guard const lock(mutex_);
  return contents_.at(spool).bytes == bytes;
}

PieceMap MemoryStore::present(SpoolId spool) const {
  std::lock_guard const lock(mutex_);
  return contents_.at(spool).present;
}

std::vector<Blame> MemoryStore::blames() const {
  std::lock_guard const lock(mutex_);
  return blames_;
}

Bytes MemoryStore::written() const {
  std::lock_guard const lock(mutex_);
  Bytes sum = 0;
  for (auto const& [who, bytes] : written_) sum += bytes;
  return sum;
}

Bytes MemoryStore::written_by(SourceId who) const {
  std::lock_guard const lock(mutex_);
  auto const found = written_.find(who);
  return found == written_.end() ? 0 : found->second;
}

bool MemoryStore::wait_until(std::function<bool()> const& holds) const {
  auto const deadline = std::chrono::steady_clock::now() + kDeadline;
  while (!holds()) {
    std::unique_lock lock(mutex_);
    if (std::chrono::steady_clock::now() > deadline) return false;
    changed_.wait_for(lock, std::chrono::milliseconds{20});
  }
  return true;
}

bool MemoryStore::wait_for_all(SpoolId spool) const {
  return wait_until([&] { return present(spool).all(); });
}

bool MemoryStore::wait_for_waiting() const {
  return wait_until([&] {
    std::lock_guard const lock(mutex_);
    return !waiting_.empty();
  });
}

}  // namespace freshet::test
