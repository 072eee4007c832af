#include "engine/content/merkle_builder.h"

#include <bit>
#include <utility>

#include "engine/base/assert.h"
#include "engine/base/hash.h"
#include "engine/content/merkle.h"

namespace freshet {

namespace {

unsigned level_of(Bytes piece_length) {
  FRESHET_ASSERT(std::has_single_bit(piece_length) && piece_length >= kBlockBytes);
  return static_cast<unsigned>(std::countr_zero(piece_length / kBlockBytes));
}

std::uint64_t blocks_of(Bytes length) {
  return length / kBlockBytes + (length % kBlockBytes != 0);
}

}  // namespace

MerkleBuilder::MerkleBuilder() : fixed_(false), piece_level_(level_of(kPieceBytesMin)) {}

MerkleBuilder::MerkleBuilder(Bytes piece_length)
    : fixed_(true), piece_level_(level_of(piece_length)) {}

Bytes MerkleBuilder::piece_length() const {
  return kBlockBytes << piece_level_;
}

Result<void> MerkleBuilder::add(std::uint64_t first_block, std::span<Digest const> leaves) {
  if (leaves.empty()) return {};
  auto const end = first_block + leaves.size();
  auto const level_max = fixed_ ? piece_level_ : level_of(kPieceBytesMax);
  if (end < first_block || (end - 1) >> level_max >= kPiecesMax) {
    return fail(Errc::limit_reached, "content", "has too many pieces");
  }
  end_block_ = std::max(end_block_, end);
  // The length is at least one byte more than the blocks before the last.
  if (!fixed_) coarsen(level_of(piece_length_from((end_block_ - 1) * kBlockBytes + 1)));
  while (!leaves.empty()) leaves = add_run(end - leaves.size(), leaves);
  return {};
}

bool MerkleBuilder::untouched(std::uint64_t piece) const {
  return find({piece_level_, piece}) == nullptr && !parts_.contains(piece);
}

// Adds the longest run from `block` on that is a subtree, and returns the leaves after it. Where a
// piece has parts already, leaves are looked at one by one.
std::span<Digest const> MerkleBuilder::add_run(std::uint64_t block,
                                               std::span<Digest const> leaves) {
  unsigned level = 0;
  if (untouched(block >> piece_level_)) {
    level = std::min(piece_level_, static_cast<unsigned>(std::bit_width(leaves.size()) - 1));
    level = std::min(level, static_cast<unsigned>(std::countr_zero(block)));
  }
  auto const run = leaves.first(std::size_t{1} << level);
  if (level > 0) {
    insert({level, block >> level}, merkle_root(run));
  } else if (!covered(block)) {
    insert({0, block}, run.front());
  }
  return leaves.subspan(run.size());
}

Digest const* MerkleBuilder::find(Node node) const {
  if (node.level == piece_level_) {
    return node.index < layer_.size() && layer_[node.index] ? &*layer_[node.index] : nullptr;
  }
  auto const found = below_.find(node.key());
  return found == below_.end() ? nullptr : &found->second;
}

bool MerkleBuilder::covered(std::uint64_t block) const {
  for (Node node{0, block}; node.level <= piece_level_; node = node.parent()) {
    if (find(node) != nullptr) return true;
  }
  return false;
}

// Folds as far up as siblings are there, at most to the piece.
void MerkleBuilder::insert(Node node, Digest digest) {
  while (node.level < piece_level_) {
    auto const* sibling = find(node.sibling());
    if (sibling == nullptr) break;
    digest = node.index % 2 == 0 ? sha256_pair(digest, *sibling) : sha256_pair(*sibling, digest);
    erase(node.sibling());
    node = node.parent();
  }
  put(node, digest);
}

void MerkleBuilder::put(Node node, Digest const& digest) {
  if (node.level < piece_level_) {
    if (below_.insert_or_assign(node.key(), digest).second) {
      ++parts_[node.index >> (piece_level_ - node.level)];
    }
    return;
  }
  if (layer_.size() <= node.index) layer_.resize(static_cast<std::size_t>(node.index) + 1);
  layer_[node.index] = digest;
}

void MerkleBuilder::erase(Node node) {
  FRESHET_ASSERT(node.level < piece_level_);
  if (below_.erase(node.key()) == 0) return;
  auto const parts = parts_.find(node.index >> (piece_level_ - node.level));
  if (--parts->second == 0) parts_.erase(parts);
}

// Larger pieces: each root in the layer becomes part of one, or half of one in progress.
void MerkleBuilder::coarsen(unsigned level) {
  while (piece_level_ < level) {
    auto const old = std::exchange(layer_, {});
    auto const old_level = piece_level_++;
    auto const old_parts = std::exchange(parts_, {});
    for (auto const& [piece, count] : old_parts) parts_[piece / 2] += count;
    for (std::size_t i = 0; i < old.size(); ++i) {
      if (old[i]) insert({old_level, i}, *old[i]);
    }
  }
}

void MerkleBuilder::forget(PieceIndex piece) {
  std::uint64_t const index = to_number(piece);
  if (index < layer_.size()) layer_[index].reset();
  for (unsigned level = 0; level < piece_level_; ++level) {
    auto const shift = piece_level_ - level;
    for (auto i = index << shift; i < (index + 1) << shift; ++i) erase({level, i});
  }
}

// Goes down only where a subtree is not whole, which is along one path at the content's end.
std::optional<Digest> MerkleBuilder::root_of(Node node, std::uint64_t blocks) const {
  if (node.index << node.level >= blocks) return zero_root(std::size_t{1} << node.level);
  if (auto const* digest = find(node)) return *digest;
  if (node.level == 0) return std::nullopt;
  auto const left = root_of({node.level - 1, node.index * 2}, blocks);
  if (!left) return std::nullopt;
  auto const right = root_of({node.level - 1, node.index * 2 + 1}, blocks);
  if (!right) return std::nullopt;
  return sha256_pair(*left, *right);
}

std::optional<Digest> MerkleBuilder::piece_root(PieceIndex piece, Bytes length) const {
  auto const blocks = blocks_of(length);
  auto const pieces = (blocks + (std::uint64_t{1} << piece_level_) - 1) >> piece_level_;
  FRESHET_ASSERT(to_number(piece) < pieces);
  if (pieces > 1) return root_of({piece_level_, to_number(piece)}, blocks);
  auto const level = static_cast<unsigned>(std::countr_zero(std::bit_ceil(blocks)));
  return root_of({level, 0}, blocks);
}

Result<std::shared_ptr<Manifest const>> MerkleBuilder::finish(Bytes length) {
  if (auto checked = check_geometry(length, piece_length()); fixed_ && !checked) {
    return unexpected(checked.error());
  }
  if (blocks_of(length) < end_block_) {
    return fail(Errc::invalid_argument, "length", "has fewer blocks than were hashed");
  }
  if (!fixed_) coarsen(level_of(piece_length_for(length)));
  std::vector<Digest> layer;
  for (std::uint32_t i = 0; i < piece_count(length, piece_length()); ++i) {
    auto const root = piece_root(PieceIndex{i}, length);
    if (!root) {
      return fail(Errc::invalid_state, "piece " + std::to_string(i), "a block was never hashed");
    }
    layer.push_back(*root);
  }
  auto const piece_blocks = std::size_t{1} << piece_level_;
  ContentId const content{length, merkle_root(layer, piece_blocks)};
  return std::make_shared<Manifest const>(Manifest{content, piece_length(), std::move(layer)});
}

}  // namespace freshet
