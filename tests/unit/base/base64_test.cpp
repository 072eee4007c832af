#include "engine/base/base64.h"

#include <catch2/catch.hpp>
#include <random>

using namespace freshet;

namespace {

std::string coded(std::string_view text) {
  return to_base64(std::as_bytes(std::span(text)));
}

}  // namespace

TEST_CASE("base64 gives the examples of RFC 4648", "[base64]") {
  CHECK(coded("") == "");
  CHECK(coded("f") == "Zg==");
  CHECK(coded("fo") == "Zm8=");
  CHECK(coded("foo") == "Zm9v");
  CHECK(coded("foob") == "Zm9vYg==");
  CHECK(coded("fooba") == "Zm9vYmE=");
  CHECK(coded("foobar") == "Zm9vYmFy");
}

TEST_CASE("bytes of any length survive the way through base64", "[base64]") {
  std::mt19937 random(1);
  for (std::size_t size = 0; size < 100; ++size) {
    std::vector<std::byte> bytes(size);
    for (auto& byte : bytes) byte = static_cast<std::byte>(random());
    REQUIRE(from_base64(to_base64(bytes)) == bytes);
  }
}

TEST_CASE("other spellings of base64 are refused", "[base64]") {
  for (auto const* bad : {"Z", "Zg", "Zg=", "Zg===", "====", "=", "==", "Zh==", "Zm9=", "Zm 9",
                          "Zm9v\n", "Zg==Zg==", "Zm9-", "Z=g=", "\xc3\xa4m9v"}) {
    INFO(bad);
    CHECK_FALSE(from_base64(bad));
  }
}
