#include "engine/base/hash_sixteen.h"

#include <array>
#include <catch2/catch.hpp>
#include <vector>

#include "engine/base/hash.h"

using namespace freshet;

namespace {

std::vector<std::byte> noise(std::size_t size) {
  std::vector<std::byte> bytes(size);
  std::uint32_t state = 7;
  for (auto& byte : bytes)
    byte = std::byte(static_cast<unsigned char>((state = state * 1664525 + 1013904223) >> 24));
  return bytes;
}

}  // namespace

TEST_CASE("sixteen messages at once have the hashes they have one by one", "[hash]") {
  for (std::size_t const size : {0UL, 64UL, 128UL, 192UL, 1024UL, 16384UL}) {
    CAPTURE(size);
    auto const bytes = noise(16 * size + 1);
    auto const messages = std::span(bytes).subspan(1);  // At an odd address.
    std::array<Digest, 16> together;
    sha256_sixteen(messages, together);
    for (std::size_t i = 0; i < 16; ++i) {
      CHECK(together[i] == sha256(messages.subspan(i * size, size)));
    }
  }
}
