#include "api/demo/made_content.h"

#include <catch2/catch.hpp>

#include <vector>

#include "engine/base/hash.h"

using namespace freshet;
using namespace freshet::demo;

TEST_CASE("made content is the same however it is read", "[demo]") {
  MadeContent const content(1000, 42);
  std::vector<std::byte> whole(1000);
  content.read(0, whole);
  for (std::size_t begin = 0; begin < 1000; begin += 37) {
    std::vector<std::byte> part(std::min<std::size_t>(37, 1000 - begin));
    content.read(begin, part);
    CHECK(std::equal(part.begin(), part.end(), whole.begin() + static_cast<long>(begin)));
  }
}

TEST_CASE("other seeds make other content", "[demo]") {
  std::vector<std::byte> a(64);
  std::vector<std::byte> b(64);
  MadeContent(64, 1).read(0, a);
  MadeContent(64, 2).read(0, b);

  CHECK(a != b);
}

TEST_CASE("its identity is that of its bytes", "[demo]") {
  MadeContent const content(3'000'001, 7);
  std::vector<std::byte> whole(content.length());
  content.read(0, whole);

  auto const identity = content.identify();

  REQUIRE(identity);
  CHECK(identity->sha256 == sha256(whole));
  CHECK(identity->manifest->content.length == whole.size());
}
