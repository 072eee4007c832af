// The tree of BEP 52, slowly and obviously: the whole leaf row is padded, then halved to the root.
#pragma once

#include <bit>
#include <cstdint>
#include <random>
#include <vector>

#include "engine/base/hash.h"
#include "engine/content/geometry.h"

namespace freshet::model {

using Row = std::vector<Digest>;

inline std::vector<std::byte> random_bytes(std::size_t size, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<std::byte> bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

inline Row leaves(std::vector<std::byte> const& bytes) {
  Row row;
  for (std::size_t at = 0; at < bytes.size(); at += kBlockBytes) {
    row.push_back(sha256(
        std::span(bytes).subspan(at).first(std::min<std::size_t>(kBlockBytes, bytes.size() - at))));
  }
  return row;
}

inline Row half(Row const& row) {
  Row up;
  for (std::size_t i = 0; i < row.size(); i += 2) up.push_back(sha256_pair(row[i], row[i + 1]));
  return up;
}

inline Row padded(Row row, std::size_t blocks) {
  row.resize(blocks);
  return row;
}

inline Digest root(Row row) {
  if (row.empty()) return {};
  row = padded(row, std::bit_ceil(row.size()));
  while (row.size() > 1) row = half(row);
  return row.front();
}

// Roots of the pieces, for a content of several pieces; the root alone for one of one piece.
inline Row layer(Row row, Bytes piece_length) {
  auto const piece_blocks = static_cast<std::size_t>(piece_length / kBlockBytes);
  if (row.empty()) return {};
  if (row.size() <= piece_blocks) return {root(row)};
  auto const pieces = (row.size() + piece_blocks - 1) / piece_blocks;
  row = padded(row, pieces * piece_blocks);
  for (auto width = piece_blocks; width > 1; width /= 2) row = half(row);
  return row;
}

}  // namespace freshet::model
