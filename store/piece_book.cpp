#include "store/piece_book.h"

#include <algorithm>

#include "engine/base/assert.h"

namespace freshet::store {

namespace {

std::uint32_t blocks_in(ByteRange range) {
  return static_cast<std::uint32_t>((range.size() + kBlockBytes - 1) / kBlockBytes);
}

}  // namespace

PieceBook::PieceBook(Bytes length, Bytes piece_length, std::size_t partial_blocks_max)
    : length_(length),
      piece_length_(piece_length),
      partial_blocks_max_(partial_blocks_max),
      present_(piece_count(length, piece_length)),
      durable_(piece_count(length, piece_length)) {}

Digest const& PieceBook::root(PieceIndex piece) const {
  FRESHET_ASSERT(present_.has(piece));
  return manifest_ ? manifest_->layer[to_number(piece)] : roots_[to_number(piece)];
}

Bytes PieceBook::bytes_in(PieceMap const& pieces) const {
  if (pieces.none()) return 0;
  auto const last = PieceIndex{pieces.size() - 1};
  auto const full = pieces.count() * piece_length_;
  return pieces.has(last) ? full - (piece_length_ - bytes(last).size()) : full;
}

void PieceBook::expect(std::shared_ptr<Manifest const> manifest) {
  FRESHET_ASSERT(manifest->content.length == length_ && manifest->piece_length == piece_length_);
  manifest_ = std::move(manifest);
  roots_ = {};
}

std::optional<Digest> PieceBook::expected(PieceIndex piece) const {
  if (!manifest_) return std::nullopt;
  return manifest_->layer[to_number(piece)];
}

PieceBook::Partial& PieceBook::partial(PieceIndex piece) {
  auto const [found, is_new] = partials_.try_emplace(to_number(piece));
  auto& it = found->second;
  if (!is_new) return it;
  auto const blocks = blocks_in(bytes(piece));
  it.attempt = ++last_attempt_;
  it.leaves.resize(blocks);
  it.senders.resize(blocks);
  it.there.resize(blocks);
  it.missing = blocks;
  partial_blocks_ += blocks;
  return it;
}

void PieceBook::evict_above_limit(PieceIndex keep, std::vector<PieceIndex>& evicted) {
  while (partial_blocks_ > partial_blocks_max_) {
    auto oldest = partials_.end();
    for (auto it = partials_.begin(); it != partials_.end(); ++it) {
      if (it->first == to_number(keep) || it->second.judged) continue;
      if (oldest == partials_.end() || it->second.attempt < oldest->second.attempt) oldest = it;
    }
    if (oldest == partials_.end()) return;
    evicted.push_back(PieceIndex{oldest->first});
    drop(PieceIndex{oldest->first});
  }
}

PieceBook::Wanted PieceBook::wanted(ByteRange range) {
  Wanted out;
  range.end = std::min(range.end, length_);
  while (!range.empty()) {
    auto const piece = piece_at(range.begin, piece_length_);
    auto const whole = bytes(piece);
    ByteRange const here{range.begin, std::min(range.end, whole.end)};
    range.begin = here.end;
    if (present_.has(piece)) continue;
    auto const& state = partial(piece);
    evict_above_limit(piece, out.evicted);
    if (state.judged) continue;
    for (Bytes at = here.begin; at < here.end; at += kBlockBytes) {
      if (state.there[(at - whole.begin) / kBlockBytes]) continue;
      ByteRange const block{at, std::min(at + kBlockBytes, here.end)};
      bool const joins =
          !out.runs.empty() && out.runs.back().range.end == at && out.runs.back().piece == piece;
      if (joins) {
        out.runs.back().range.end = block.end;
      } else {
        out.runs.push_back({piece, state.attempt, block});
      }
    }
  }
  return out;
}

std::optional<PieceBook::Full> PieceBook::add(Run const& run, std::span<Digest const> leaves,
                                              SourceId who) {
  auto const found = partials_.find(to_number(run.piece));
  if (found == partials_.end() || found->second.attempt != run.attempt) return std::nullopt;
  auto& state = found->second;
  if (state.judged) return std::nullopt;
  auto index = static_cast<std::size_t>((run.range.begin - bytes(run.piece).begin) / kBlockBytes);
  for (auto const& leaf : leaves) {
    if (!state.there[index]) {
      state.there[index] = true;
      state.leaves[index] = leaf;
      state.senders[index] = who;
      --state.missing;
    }
    ++index;
  }
  if (state.missing > 0) return std::nullopt;
  state.judged = true;
  return Full{run.piece, run.attempt, std::move(state.leaves), std::move(state.senders)};
}

bool PieceBook::settle(PieceIndex piece, std::uint64_t attempt, Digest const& root) {
  if (!current(piece, attempt)) return false;
  restore(piece, root, false);
  return true;
}

void PieceBook::restore(PieceIndex piece, Digest const& root, bool durable) {
  drop(piece);
  present_.set(piece);
  if (durable) {
    durable_.set(piece);
  } else {
    fresh_.insert(to_number(piece));
  }
  if (manifest_) return;
  if (roots_.empty()) roots_.resize(pieces());
  roots_[to_number(piece)] = root;
}

void PieceBook::restore_all() {
  FRESHET_ASSERT(manifest_);
  present_.set({PieceIndex{0}, PieceIndex{pieces()}});
  durable_ = present_;
}

void PieceBook::drop(PieceIndex piece) {
  present_.reset(piece);
  durable_.reset(piece);
  fresh_.erase(to_number(piece));
  auto const found = partials_.find(to_number(piece));
  if (found == partials_.end()) return;
  partial_blocks_ -= blocks_in(bytes(piece));
  partials_.erase(found);
}

bool PieceBook::current(PieceIndex piece, std::uint64_t attempt) const {
  auto const found = partials_.find(to_number(piece));
  return found != partials_.end() && found->second.attempt == attempt;
}

std::vector<PieceIndex> PieceBook::take_fresh() {
  std::vector<PieceIndex> out;
  out.reserve(fresh_.size());
  for (auto const piece : fresh_) out.push_back(PieceIndex{piece});
  std::ranges::sort(out);
  fresh_.clear();
  return out;
}

std::vector<PieceIndex> PieceBook::confirm(std::span<PieceIndex const> pieces) {
  std::vector<PieceIndex> confirmed;
  for (auto const piece : pieces) {
    if (!present_.has(piece) || fresh_.contains(to_number(piece))) continue;
    durable_.set(piece);
    confirmed.push_back(piece);
  }
  return confirmed;
}

void PieceBook::unconfirm(std::span<PieceIndex const> pieces) {
  for (auto const piece : pieces) {
    durable_.reset(piece);
    if (present_.has(piece)) fresh_.insert(to_number(piece));
  }
}

std::vector<Blame> blame(PieceBook::Full const& full, ByteRange bytes, Digest const& expected,
                         Digest const& got) {
  std::vector<Blame> out;
  for (std::size_t i = 0; i < full.senders.size(); ++i) {
    Bytes const begin = bytes.begin + i * kBlockBytes;
    Bytes const end = std::min(begin + kBlockBytes, bytes.end);
    if (!out.empty() && out.back().who == full.senders[i]) {
      out.back().range.end = end;
    } else {
      out.push_back({full.senders[i], {begin, end}, expected, got, false});
    }
  }
  bool const alone =
      std::ranges::all_of(out, [&](Blame const& entry) { return entry.who == out.front().who; });
  for (auto& entry : out) entry.certain = alone;
  return out;
}

}  // namespace freshet::store
