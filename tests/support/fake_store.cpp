#include "tests/support/fake_store.h"

#include <algorithm>
#include <utility>

#include "engine/base/hash.h"
#include "engine/content/merkle.h"
#include "engine/content/merkle_builder.h"

namespace freshet::test {

namespace {

std::span<std::byte const> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace

class FakeStore::Stream final : public GateStream {
 public:
  Stream(FakeStore& store, SpoolId spool, SourceId who, Bytes begin, std::function<void()> room)
      : store_(store), spool_(spool), who_(who), position_(begin), room_(std::move(room)) {}

  Result<Taken> write(std::span<std::byte const> bytes) override {
    if (store_.full_) {
      store_.waiting_.push_back(room_);
      return Taken::wait;
    }
    auto const found = store_.spools_.find(spool_);
    if (found == store_.spools_.end()) return fail(Errc::not_found, {}, "the spool is gone");
    auto const length = found->second.spec.length;
    if (length && position_ + block_.size() + bytes.size() > *length) {
      return fail(Errc::length_mismatch, {}, "more bytes than the content has");
    }
    std::string_view text(reinterpret_cast<char const*>(bytes.data()), bytes.size());
    while (!text.empty()) {
      auto const part = text.substr(0, kBlockBytes - block_.size());
      block_ += part;
      text.remove_prefix(part.size());
      if (block_.size() < kBlockBytes) break;
      if (auto put = hand_on(); !put) return unexpected(put.error());
    }
    return Taken::all;
  }

  void finish() override {
    auto const found = store_.spools_.find(spool_);
    if (found == store_.spools_.end()) return;
    auto const length = found->second.spec.length;
    if (!length) {
      auto const end = position_ + block_.size();
      if (!block_.empty()) static_cast<void>(hand_on());
      store_.finish_unknown(spool_, end, who_);
    } else if (!block_.empty() && position_ + block_.size() == *length) {
      static_cast<void>(hand_on());
    }
  }

 private:
  Result<void> hand_on() {
    auto const put = store_.put_block(spool_, position_, block_, who_);
    position_ += block_.size();
    block_.clear();
    return put;
  }

  FakeStore& store_;
  SpoolId spool_;
  SourceId who_;
  Bytes position_;
  std::function<void()> room_;
  std::string block_;
};

std::unique_ptr<GateStream> FakeStore::open(SpoolId spool, SourceId who, Bytes begin,
                                            std::function<void()> room) {
  return std::make_unique<Stream>(*this, spool, who, begin, std::move(room));
}

void FakeStore::size_spool(Spool& spool, Bytes length) {
  spool.spec.length = length;
  spool.piece_length = spool.spec.identity.manifest ? spool.spec.identity.manifest->piece_length
                                                    : piece_length_for(length);
  spool.bytes.resize(length);
  spool.senders.resize((length + kBlockBytes - 1) / kBlockBytes);
  spool.present = PieceMap(piece_count(length, spool.piece_length));
  spool.blocks_missing.clear();
  for (std::uint32_t i = 0; i < spool.present.size(); ++i) {
    auto const range = bytes_of(PieceIndex{i}, spool.piece_length, length);
    spool.blocks_missing.push_back(
        static_cast<std::uint32_t>((range.size() + kBlockBytes - 1) / kBlockBytes));
  }
}

OpenedSpool FakeStore::describe(SpoolId id) const {
  auto const& spool = spools_.at(id);
  return {id, spool.spec, spool.piece_length, spool.present, 0};
}

void FakeStore::open(SpoolSpec spec, std::function<void(Result<OpenedSpool>)> done) {
  auto const id = SpoolId{++last_spool_};
  auto& spool = spools_[id];
  spool.spec = std::move(spec);
  if (spool.spec.length) size_spool(spool, *spool.spec.length);
  auto work = [this, id, done = std::move(done)] {
    if (spools_.contains(id)) {
      done(describe(id));
    } else {
      done(fail(Errc::not_found));
    }
  };
  if (open_time == Duration{}) return loop_.post(std::move(work));
  static_cast<void>(loop_.at(clock_.now() + open_time, std::move(work)));
}

void FakeStore::reopen(SpoolId id, std::function<void(Result<OpenedSpool>)> done) {
  loop_.post([this, id, done = std::move(done)] {
    if (!spools_.contains(id)) return done(fail(Errc::not_found, {}, "no such spool"));
    spools_.at(id).failed = false;
    done(describe(id));
  });
}

Result<void> FakeStore::put_block(SpoolId id, Bytes begin, std::string_view bytes, SourceId who) {
  auto& spool = spools_.at(id);
  if (failing_ && failing_->left < bytes.size()) {
    auto const error = failing_->error;
    if (!std::exchange(spool.failed, true)) {
      loop_.post([this, id, error] {
        if (events_ != nullptr) events_->on_spool_failed(id, error);
      });
    }
    return unexpected(error);
  }
  if (failing_) failing_->left -= bytes.size();
  if (!spool.spec.length) {
    spool.bytes.resize(std::max<std::size_t>(spool.bytes.size(), begin + bytes.size()));
    spool.bytes.replace(begin, bytes.size(), bytes);
    return {};
  }
  auto const block = begin / kBlockBytes;
  if (spool.senders[block] != SourceId::none) return {};
  spool.senders[block] = who;
  spool.bytes.replace(begin, bytes.size(), bytes);
  auto const piece = piece_at(begin, spool.piece_length);
  if (--spool.blocks_missing[to_number(piece)] == 0) judge_piece(id, piece, who);
  return {};
}

Digest FakeStore::root_of(Spool const& spool, PieceIndex piece) const {
  auto const range = bytes_of(piece, spool.piece_length, *spool.spec.length);
  std::vector<Digest> leaves((range.size() + kBlockBytes - 1) / kBlockBytes);
  hash_blocks(as_bytes(std::string_view(spool.bytes).substr(range.begin, range.size())), leaves);
  return piece_root(leaves, spool.piece_length, spool.present.size() == 1);
}

void FakeStore::judge_piece(SpoolId id, PieceIndex piece, SourceId last) {
  auto& spool = spools_.at(id);
  auto const& manifest = spool.spec.identity.manifest;
  if (manifest) {
    auto const got = root_of(spool, piece);
    auto const expected = manifest->layer[to_number(piece)];
    if (got != expected) {
      auto const range = bytes_of(piece, spool.piece_length, *spool.spec.length);
      std::vector<Blame> blame;
      for (auto block = range.begin / kBlockBytes; block * kBlockBytes < range.end; ++block) {
        auto const who = spool.senders[block];
        if (std::ranges::find(blame, who, &Blame::who) != blame.end()) continue;
        blame.push_back({who, range, expected, got, false});
      }
      if (blame.size() == 1) blame.front().certain = true;
      drop_piece(spool, piece);
      return reject(id, piece, std::move(blame));
    }
  }
  spool.present.set(piece);
  auto tell = [this, id, piece, last] {
    if (events_ != nullptr) events_->on_piece_present(id, piece, last);
  };
  if (judge_time == Duration{}) {
    loop_.post(std::move(tell));
  } else {
    static_cast<void>(loop_.at(clock_.now() + judge_time, std::move(tell)));
  }
}

void FakeStore::drop_piece(Spool& spool, PieceIndex piece) {
  auto const range = bytes_of(piece, spool.piece_length, *spool.spec.length);
  auto& missing = spool.blocks_missing[to_number(piece)];
  missing = 0;
  for (auto block = range.begin / kBlockBytes; block * kBlockBytes < range.end; ++block) {
    spool.senders[block] = SourceId::none;
    ++missing;
  }
  spool.present.reset(piece);
}

void FakeStore::reject(SpoolId id, PieceIndex piece, std::vector<Blame> blame) {
  loop_.post([this, id, piece, blame = std::move(blame)] {
    if (events_ != nullptr) events_->on_piece_rejected(id, piece, blame);
  });
}

void FakeStore::finish_unknown(SpoolId id, Bytes length, SourceId who) {
  auto& spool = spools_.at(id);
  size_spool(spool, length);
  std::ranges::fill(spool.senders, who);
  std::ranges::fill(spool.blocks_missing, 0U);
  for (std::uint32_t i = 0; i < spool.present.size(); ++i) judge_piece(id, PieceIndex{i}, who);
}

void FakeStore::identify(SpoolId id, Identity identity, std::function<void(Result<void>)> done) {
  auto const found = spools_.find(id);
  if (found == spools_.end()) {
    loop_.post([done = std::move(done)] { done(fail(Errc::not_found)); });
    return;
  }
  auto& spool = found->second;
  if (identity.manifest && identity.manifest->content.length != spool.spec.length) {
    loop_.post([done = std::move(done)] { done(fail(Errc::manifest_mismatch)); });
    return;
  }
  for (std::uint32_t i = 0; identity.doubtful && i < spool.present.size(); ++i) {
    PieceIndex const piece{i};
    if (!spool.present.has(piece) || root_of(spool, piece) == identity.manifest->layer[i]) continue;
    loop_.post([done = std::move(done)] { done(fail(Errc::manifest_mismatch)); });
    return;
  }
  spool.spec.identity = std::move(identity);
  if (auto const& manifest = spool.spec.identity.manifest) {
    for (std::uint32_t i = 0; i < spool.present.size(); ++i) {
      PieceIndex const piece{i};
      if (!spool.present.has(piece) || root_of(spool, piece) == manifest->layer[i]) continue;
      drop_piece(spool, piece);
      reject(id, piece, {});
    }
  }
  loop_.post([done = std::move(done)] { done({}); });
}

void FakeStore::discard(SpoolId id, PieceMap const& pieces, std::function<void()> done) {
  for (auto piece = pieces.next_present(PieceIndex{0}); piece;
       piece = pieces.next_present(PieceIndex{to_number(*piece) + 1})) {
    drop_piece(spools_.at(id), *piece);
  }
  loop_.post(std::move(done));
}

Result<Sealed> FakeStore::seal_now(SpoolId id) {
  auto const found = spools_.find(id);
  if (found == spools_.end()) return fail(Errc::not_found);
  auto& spool = found->second;
  if (!spool.spec.length || !spool.present.all()) return fail(Errc::invalid_state);
  Sealed sealed;
  if (auto const& expected = spool.spec.identity.sha256) {
    sealed.sha256 = sha256(as_bytes(spool.bytes));
    if (sealed.sha256 != expected) return fail(Errc::digest_mismatch, {}, "another SHA-256");
  }
  if (spool.bytes.empty()) {
    spool.sealed = sealed;
    return sealed;
  }
  MerkleBuilder builder(spool.piece_length);
  std::vector<Digest> leaves((spool.bytes.size() + kBlockBytes - 1) / kBlockBytes);
  hash_blocks(as_bytes(spool.bytes), leaves);
  if (auto added = builder.add(0, leaves); !added) return unexpected(added.error());
  auto manifest = builder.finish(*spool.spec.length);
  if (!manifest) return unexpected(manifest.error());
  sealed.manifest = *manifest;
  sealed.content = sealed.manifest->content;
  spool.sealed = sealed;
  spool.spec.identity.manifest = sealed.manifest;
  return sealed;
}

void FakeStore::seal(SpoolId id, std::function<void(Result<Sealed>)> done) {
  auto work = [this, id, done = std::move(done)] { done(seal_now(id)); };
  if (seal_time == Duration{}) {
    loop_.post(std::move(work));
  } else {
    static_cast<void>(loop_.at(clock_.now() + seal_time, std::move(work)));
  }
}

void FakeStore::place(SpoolId, Placement, std::function<void(Result<void>)> done) {
  loop_.post([done = std::move(done)] { done({}); });
}

void FakeStore::release(SpoolId id) {
  auto const found = spools_.find(id);
  if (found != spools_.end() && !found->second.sealed) spools_.erase(found);
}

std::vector<StoredContent> FakeStore::list() const {
  std::vector<StoredContent> contents;
  for (auto const& [id, spool] : spools_) {
    StoredContent content{id, std::nullopt, spool.spec.length, 0, spool.sealed.has_value(), {}};
    if (spool.sealed) content.content = spool.sealed->content;
    if (spool.sealed) content.sha256 = spool.sealed->sha256;
    contents.push_back(content);
  }
  return contents;
}

void FakeStore::verify(SpoolId id, std::function<void(Result<PieceMap>)> done) {
  loop_.post([this, id, done = std::move(done)] { done(spools_.at(id).present); });
}

std::string const* FakeStore::bytes(SpoolId id) const {
  auto const found = spools_.find(id);
  return found == spools_.end() ? nullptr : &found->second.bytes;
}

void FakeStore::fail_after(Bytes bytes, Error error) {
  failing_ = Failing{bytes, std::move(error)};
}

void FakeStore::set_full(bool full) {
  full_ = full;
  if (full) return;
  for (auto& room : std::exchange(waiting_, {})) loop_.post(std::move(room));
}

}  // namespace freshet::test
