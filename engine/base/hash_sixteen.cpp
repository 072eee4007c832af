#include "engine/base/hash_sixteen.h"

#include <tuple>

#include "engine/base/assert.h"
#include "engine/base/hash_two.h"
#include "engine/base/sha256_rounds.h"

#ifdef __x86_64__
#ifndef __clang__  // GCC 12 warns of what its own header leaves undefined on purpose.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#endif

namespace freshet {

namespace {

constexpr std::size_t kLanes = 16;
constexpr std::size_t kChunk = 64;

void two_by_two(std::span<std::byte const> messages, std::span<Digest, kLanes> out) {
  auto const size = messages.size() / kLanes;
  for (std::size_t i = 0; i < kLanes; i += 2) {
    std::tie(out[i], out[i + 1]) =
        sha256_two(messages.subspan(i * size, size), messages.subspan((i + 1) * size, size));
  }
}

#ifdef __x86_64__

#define FRESHET_WIDE [[gnu::target("avx512f,avx512bw")]]
#define FRESHET_WIDE_PART [[gnu::target("avx512f,avx512bw"), gnu::always_inline]] inline

using Wide = __m512i;  // The same word of sixteen messages; std::array would drop its alignment.

// FIPS 180-4, 5.3.3.
constexpr std::array<std::uint32_t, 8> kStart = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                                 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

bool has_instructions() {
  return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0;
}

FRESHET_WIDE_PART Wide all(std::uint32_t word) {
  return _mm512_set1_epi32(std::bit_cast<int>(word));
}

// For each bit of `a`, `b` and `c`: their sum without carries, the choice of `a`, the majority.
FRESHET_WIDE_PART Wide parity(Wide a, Wide b, Wide c) {
  return _mm512_ternarylogic_epi32(a, b, c, 0x96);
}
FRESHET_WIDE_PART Wide choice(Wide a, Wide b, Wide c) {
  return _mm512_ternarylogic_epi32(a, b, c, 0xca);
}
FRESHET_WIDE_PART Wide majority(Wide a, Wide b, Wide c) {
  return _mm512_ternarylogic_epi32(a, b, c, 0xe8);
}

template <int First, int Second, int Third>
FRESHET_WIDE_PART Wide turned(Wide word) {
  return parity(_mm512_ror_epi32(word, First), _mm512_ror_epi32(word, Second),
                _mm512_ror_epi32(word, Third));
}

template <int First, int Second, int Shift>
FRESHET_WIDE_PART Wide mixed(Wide word) {
  return parity(_mm512_ror_epi32(word, First), _mm512_ror_epi32(word, Second),
                _mm512_srli_epi32(word, Shift));
}

// Sixteen words of each message to each word of sixteen messages. First in squares of four by four,
// in four places of each register at once; then the squares themselves.
FRESHET_WIDE_PART void turn_over(Wide* words) {
  Wide half[kLanes];
#pragma GCC unroll 8
  for (std::size_t i = 0; i < kLanes; i += 2) {
    half[i] = _mm512_unpacklo_epi32(words[i], words[i + 1]);
    half[i + 1] = _mm512_unpackhi_epi32(words[i], words[i + 1]);
  }
#pragma GCC unroll 4
  for (std::size_t i = 0; i < kLanes; i += 4) {
    words[i] = _mm512_unpacklo_epi64(half[i], half[i + 2]);
    words[i + 1] = _mm512_unpackhi_epi64(half[i], half[i + 2]);
    words[i + 2] = _mm512_unpacklo_epi64(half[i + 1], half[i + 3]);
    words[i + 3] = _mm512_unpackhi_epi64(half[i + 1], half[i + 3]);
  }
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 4; ++i) {
    auto const even = _mm512_shuffle_i32x4(words[i], words[i + 4], 0x88);
    auto const odd = _mm512_shuffle_i32x4(words[i], words[i + 4], 0xdd);
    auto const later_even = _mm512_shuffle_i32x4(words[i + 8], words[i + 12], 0x88);
    auto const later_odd = _mm512_shuffle_i32x4(words[i + 8], words[i + 12], 0xdd);
    words[i] = _mm512_shuffle_i32x4(even, later_even, 0x88);
    words[i + 4] = _mm512_shuffle_i32x4(odd, later_odd, 0x88);
    words[i + 8] = _mm512_shuffle_i32x4(even, later_even, 0xdd);
    words[i + 12] = _mm512_shuffle_i32x4(odd, later_odd, 0xdd);
  }
}

FRESHET_WIDE_PART void load(Wide* words, std::byte const* chunk, std::size_t stride) {
  auto const big_endian = _mm512_set4_epi32(0x0c0d0e0f, 0x08090a0b, 0x04050607, 0x00010203);
#pragma GCC unroll 16
  for (std::size_t i = 0; i < kLanes; ++i) {
    words[i] = _mm512_shuffle_epi8(_mm512_loadu_si512(chunk + i * stride), big_endian);
  }
  turn_over(words);
}

// FIPS 180-4, 6.2.2, step 3. Instead of eight words moving on by one place the places do.
FRESHET_WIDE_PART void round(Wide* state, std::size_t number, Wide added) {
  auto const at = [number](std::size_t place) { return (place - number) % 8; };
  auto const a = state[at(0)];
  auto const e = state[at(4)];
  auto const first = _mm512_add_epi32(
      _mm512_add_epi32(state[at(7)], added),
      _mm512_add_epi32(turned<6, 11, 25>(e), choice(e, state[at(5)], state[at(6)])));
  auto const second =
      _mm512_add_epi32(turned<2, 13, 22>(a), majority(a, state[at(1)], state[at(2)]));
  state[at(3)] = _mm512_add_epi32(state[at(3)], first);
  state[at(7)] = _mm512_add_epi32(first, second);
}

// The word that takes this one's place sixteen rounds later.
FRESHET_WIDE_PART Wide later(Wide const* words, std::size_t number) {
  auto const near = mixed<7, 18, 3>(words[(number + 1) % 16]);
  auto const far = mixed<17, 19, 10>(words[(number + 14) % 16]);
  return _mm512_add_epi32(_mm512_add_epi32(words[number], words[(number + 9) % 16]),
                          _mm512_add_epi32(near, far));
}

FRESHET_WIDE void take_chunk(Wide* state, std::byte const* chunk, std::size_t stride) {
  Wide words[16];
  load(words, chunk, stride);
  Wide now[8];
  std::memcpy(now, state, sizeof now);
#pragma GCC unroll 4
  for (std::size_t done = 0; done < kSha256Rounds.size(); done += 16) {
#pragma GCC unroll 16
    for (std::size_t number = 0; number < 16; ++number) {
      round(now, number, _mm512_add_epi32(words[number], all(kSha256Rounds[done + number])));
      if (done + 16 < kSha256Rounds.size()) words[number] = later(words, number);
    }
  }
#pragma GCC unroll 8
  for (std::size_t i = 0; i < 8; ++i) state[i] = _mm512_add_epi32(state[i], now[i]);
}

// What follows the last chunk: a one, zeros, the length in bits.
std::array<std::byte, kChunk> tail_of(std::size_t size) {
  std::array<std::byte, kChunk> tail{std::byte{0x80}};
  auto const bits = __builtin_bswap64(size * 8);
  std::memcpy(tail.data() + kChunk - sizeof bits, &bits, sizeof bits);
  return tail;
}

FRESHET_WIDE void tell(Wide const* state, std::span<Digest, kLanes> out) {
  std::uint32_t words[8][kLanes];
  std::memcpy(words, state, sizeof words);
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    for (std::size_t i = 0; i < 8; ++i) {
      auto const word = __builtin_bswap32(words[i][lane]);
      std::memcpy(out[lane].bytes.data() + i * sizeof word, &word, sizeof word);
    }
  }
}

FRESHET_WIDE void all_at_once(std::span<std::byte const> messages, std::span<Digest, kLanes> out) {
  auto const size = messages.size() / kLanes;
  Wide state[8];
  for (std::size_t i = 0; i < 8; ++i) state[i] = all(kStart[i]);
  for (std::size_t at = 0; at < size; at += kChunk) take_chunk(state, messages.data() + at, size);
  auto const tail = tail_of(size);
  take_chunk(state, tail.data(), 0);
  tell(state, out);
}

#endif

}  // namespace

void sha256_sixteen(std::span<std::byte const> messages, std::span<Digest, kLanes> out) {
  FRESHET_ASSERT(messages.size() % (kLanes * kChunk) == 0);
#ifdef __x86_64__
  static bool const quick = has_instructions();
  if (quick) return all_at_once(messages, out);
#endif
  two_by_two(messages, out);
}

}  // namespace freshet
