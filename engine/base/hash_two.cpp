#include "engine/base/hash_two.h"

#include "engine/base/assert.h"
#include "engine/base/hash.h"
#include "engine/base/sha256_rounds.h"

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>

#include <array>
#include <cstring>
#endif

namespace freshet {

#ifdef __x86_64__

namespace {

#define FRESHET_SHA [[gnu::target("sha,sse4.1"), gnu::always_inline]]

constexpr std::size_t kChunk = 64;

bool has_instructions() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_SSE4_1) == 0) return false;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & bit_SHA) != 0;
}

// One message under way. The instructions want its words in this order.
struct Lane {
  __m128i abef;
  __m128i cdgh;
  __m128i words[4];  // std::array would drop what the type is aligned to.
};

FRESHET_SHA inline Lane fresh_lane() {
  return {_mm_set_epi32(0x6a09e667, static_cast<int>(0xbb67ae85), 0x510e527f,
                        static_cast<int>(0x9b05688c)),
          _mm_set_epi32(0x3c6ef372, static_cast<int>(0xa54ff53a), 0x1f83d9ab, 0x5be0cd19),
          {}};
}

FRESHET_SHA inline void load(Lane& lane, std::byte const* chunk) {
  auto const big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  for (std::size_t i = 0; i < 4; ++i) {
    lane.words[i] = _mm_shuffle_epi8(
        _mm_loadu_si128(reinterpret_cast<__m128i const*>(chunk + 16 * i)), big_endian);
  }
}

// Four of the 64 rounds, and the words for four later ones.
FRESHET_SHA inline void step(Lane& lane, std::size_t number, __m128i rounds) {
  auto& words = lane.words;
  auto& now = words[number % 4];
  auto const added = _mm_add_epi32(now, rounds);
  lane.cdgh = _mm_sha256rnds2_epu32(lane.cdgh, lane.abef, added);
  lane.abef = _mm_sha256rnds2_epu32(lane.abef, lane.cdgh, _mm_shuffle_epi32(added, 0x0e));
  if (number >= 12) return;
  auto const& last = words[(number + 3) % 4];
  auto const nine_back = _mm_alignr_epi8(last, words[(number + 2) % 4], 4);
  now = _mm_sha256msg1_epu32(now, words[(number + 1) % 4]);
  now = _mm_sha256msg2_epu32(_mm_add_epi32(now, nine_back), last);
}

FRESHET_SHA inline void take_chunks(Lane& first, Lane& second, std::byte const* one,
                                    std::byte const* other, std::size_t chunks) {
  for (; chunks > 0; --chunks, one += kChunk, other += kChunk) {
    auto const before_first = first;
    auto const before_second = second;
    load(first, one);
    load(second, other);
#pragma GCC unroll 16
    for (std::size_t number = 0; number < 16; ++number) {
      auto const rounds =
          _mm_load_si128(reinterpret_cast<__m128i const*>(kSha256Rounds.data() + 4 * number));
      step(first, number, rounds);
      step(second, number, rounds);
    }
    first.abef = _mm_add_epi32(first.abef, before_first.abef);
    first.cdgh = _mm_add_epi32(first.cdgh, before_first.cdgh);
    second.abef = _mm_add_epi32(second.abef, before_second.abef);
    second.cdgh = _mm_add_epi32(second.cdgh, before_second.cdgh);
  }
}

FRESHET_SHA inline Digest digest_of(Lane const& lane) {
  auto const big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  // With `a` and `e` in the highest word; they go out first.
  auto const abcd = _mm_unpackhi_epi64(lane.cdgh, lane.abef);
  auto const efgh = _mm_unpacklo_epi64(lane.cdgh, lane.abef);
  Digest out;
  auto* const to = reinterpret_cast<__m128i*>(out.bytes.data());
  _mm_storeu_si128(to, _mm_shuffle_epi8(_mm_shuffle_epi32(abcd, 0x1b), big_endian));
  _mm_storeu_si128(to + 1, _mm_shuffle_epi8(_mm_shuffle_epi32(efgh, 0x1b), big_endian));
  return out;
}

// What follows the last whole chunk: the rest, a one, zeros, the length in bits.
struct Tail {
  std::array<std::byte, 2 * kChunk> bytes{};
  std::size_t chunks = 1;

  explicit Tail(std::span<std::byte const> message) {
    auto const rest = message.last(message.size() % kChunk);
    if (!rest.empty()) std::memcpy(bytes.data(), rest.data(), rest.size());
    bytes[rest.size()] = std::byte{0x80};
    chunks = rest.size() + 9 > kChunk ? 2 : 1;
    auto const bits = __builtin_bswap64(message.size() * 8);
    std::memcpy(bytes.data() + chunks * kChunk - sizeof bits, &bits, sizeof bits);
  }
};

[[gnu::target("sha,sse4.1")]] std::pair<Digest, Digest> both(std::span<std::byte const> one,
                                                             std::span<std::byte const> other) {
  Lane first = fresh_lane();
  Lane second = first;
  take_chunks(first, second, one.data(), other.data(), one.size() / kChunk);
  Tail const end(one);
  Tail const other_end(other);
  take_chunks(first, second, end.bytes.data(), other_end.bytes.data(), end.chunks);
  return {digest_of(first), digest_of(second)};
}

}  // namespace

std::pair<Digest, Digest> sha256_two(std::span<std::byte const> first,
                                     std::span<std::byte const> second) {
  FRESHET_ASSERT(first.size() == second.size());
  static bool const quick = has_instructions();
  if (!quick) return {sha256(first), sha256(second)};
  return both(first, second);
}

#else

std::pair<Digest, Digest> sha256_two(std::span<std::byte const> first,
                                     std::span<std::byte const> second) {
  FRESHET_ASSERT(first.size() == second.size());
  return {sha256(first), sha256(second)};
}

#endif

}  // namespace freshet
