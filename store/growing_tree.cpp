#include "store/growing_tree.h"

#include "engine/base/hash.h"
#include "engine/content/merkle.h"

namespace freshet::store {

namespace {
constexpr std::size_t kPiecesBeforeFold = 4096;  // As in piece_length_from.
}

void GrowingTree::add(std::span<Digest const> leaves) {
  for (auto const& leaf : leaves) {
    bool const full = layer_.hashes.size() == kPiecesBeforeFold;
    if (full && leaves_.empty() && layer_.piece_length < kPieceBytesMax) fold();
    leaves_.push_back(leaf);
    if (leaves_.size() * kBlockBytes < layer_.piece_length) continue;
    layer_.hashes.push_back(piece_root(leaves_, layer_.piece_length, false));
    leaves_.clear();
  }
}

GrowingTree::Layer GrowingTree::finish() && {
  if (!leaves_.empty()) {
    layer_.hashes.push_back(piece_root(leaves_, layer_.piece_length, layer_.hashes.empty()));
  }
  if (layer_.hashes.size() * layer_.piece_length <= kOnePieceBytes) join();
  return std::move(layer_);
}

void GrowingTree::join() {
  if (layer_.hashes.size() > 1) {
    layer_.hashes = {merkle_root(layer_.hashes, layer_.piece_length / kBlockBytes)};
  }
  layer_.piece_length = kOnePieceBytes;
}

void GrowingTree::fold() {
  auto& hashes = layer_.hashes;
  for (std::size_t i = 0; i < hashes.size() / 2; ++i) {
    hashes[i] = sha256_pair(hashes[2 * i], hashes[2 * i + 1]);
  }
  hashes.resize(hashes.size() / 2);
  layer_.piece_length *= 2;
}

}  // namespace freshet::store
