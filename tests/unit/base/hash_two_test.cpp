#include "engine/base/hash_two.h"

#include <catch2/catch.hpp>
#include <vector>

#include "engine/base/hash.h"

using namespace freshet;

namespace {

std::vector<std::byte> message(std::size_t size, unsigned seed) {
  std::vector<std::byte> bytes(size);
  std::uint32_t state = seed;
  for (auto& byte : bytes)
    byte = std::byte(static_cast<unsigned char>((state = state * 1664525 + 1013904223) >> 24));
  return bytes;
}

}  // namespace

TEST_CASE("two messages at once have the hashes they have one by one", "[hash]") {
  for (std::size_t size = 0; size < 300; ++size) {
    auto const one = message(size, 1);
    auto const other = message(size, 2);
    CAPTURE(size);
    CHECK(sha256_two(one, other) == std::pair(sha256(one), sha256(other)));
  }
  auto const one = message(16'384, 3);
  auto const other = message(16'384, 4);
  CHECK(sha256_two(one, other) == std::pair(sha256(one), sha256(other)));
}

TEST_CASE("two messages may lie at odd addresses", "[hash]") {
  auto const bytes = message(4096, 5);
  auto const all = std::span(bytes);
  auto const one = all.subspan(1, 1000);
  auto const other = all.subspan(1003, 1000);
  CHECK(sha256_two(one, other) == std::pair(sha256(one), sha256(other)));
}
