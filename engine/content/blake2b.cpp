#include "engine/content/blake2b.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "engine/base/assert.h"

namespace freshet {

namespace {

constexpr std::size_t kChunk = 128;

constexpr std::array<std::uint64_t, 8> kStart{
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};

constexpr std::uint8_t kOrder[10][16] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
                                         {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
                                         {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
                                         {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
                                         {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
                                         {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
                                         {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
                                         {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
                                         {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
                                         {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};

// Which four words each of the eight mixing steps of a round takes.
constexpr std::uint8_t kLanes[8][4] = {{0, 4, 8, 12},  {1, 5, 9, 13},  {2, 6, 10, 14},
                                       {3, 7, 11, 15}, {0, 5, 10, 15}, {1, 6, 11, 12},
                                       {2, 7, 8, 13},  {3, 4, 9, 14}};

using State = std::array<std::uint64_t, 8>;

void compress(State& state, std::span<std::byte const> chunk, std::uint64_t total, bool last) {
  std::array<std::uint64_t, 16> message{};
  // Little-endian words; the product runs on such machines only (see the assertion below).
  static_assert(std::endian::native == std::endian::little);
  if (!chunk.empty()) std::memcpy(message.data(), chunk.data(), chunk.size());
  std::array<std::uint64_t, 16> v;
  std::ranges::copy(state, v.begin());
  std::ranges::copy(kStart, v.begin() + 8);
  v[12] ^= total;
  if (last) v[14] = ~v[14];
  for (std::size_t round = 0; round < 12; ++round) {
    auto const& order = kOrder[round % 10];
    for (std::size_t step = 0; step < 8; ++step) {
      auto const [a, b, c, d] = kLanes[step];
      v[a] += v[b] + message[order[2 * step]];
      v[d] = std::rotr(v[d] ^ v[a], 32);
      v[c] += v[d];
      v[b] = std::rotr(v[b] ^ v[c], 24);
      v[a] += v[b] + message[order[2 * step + 1]];
      v[d] = std::rotr(v[d] ^ v[a], 16);
      v[c] += v[d];
      v[b] = std::rotr(v[b] ^ v[c], 63);
    }
  }
  for (std::size_t i = 0; i < 8; ++i) state[i] ^= v[i] ^ v[i + 8];
}

}  // namespace

void blake2b(std::span<std::byte const> bytes, std::span<std::byte> digest) {
  FRESHET_ASSERT(!digest.empty() && digest.size() <= 64);
  State state = kStart;
  state[0] ^= 0x01010000 ^ digest.size();
  std::uint64_t total = 0;
  for (; bytes.size() > kChunk; bytes = bytes.subspan(kChunk)) {
    total += kChunk;
    compress(state, bytes.first(kChunk), total, false);
  }
  compress(state, bytes, total + bytes.size(), true);
  std::memcpy(digest.data(), state.data(), digest.size());
}

}  // namespace freshet
