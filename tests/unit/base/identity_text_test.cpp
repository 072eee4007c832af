#include <catch2/catch.hpp>

#include "engine/base/hash.h"
#include "freshet/content_id.h"

using namespace freshet;

TEST_CASE("a digest survives the way through text", "[digest]") {
  auto const digest = sha256({});
  CHECK(to_hex(digest) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(digest_from_hex(to_hex(digest)) == digest);
  CHECK_FALSE(digest_from_hex("e3b0"));
  CHECK_FALSE(digest_from_hex(std::string(63, 'a') + "g"));
}

TEST_CASE("a content id is its length and root", "[content_id]") {
  ContentId const id{12345, sha256({})};
  CHECK(content_id_from_string(to_string(id)) == id);
  for (auto const* bad : {"", "-", "12", "12-", "x-00", "-12-00", "99999999999999999999999-00"}) {
    CHECK_FALSE(content_id_from_string(bad));
  }
}

TEST_CASE("incremental hashing equals hashing at once and starts over", "[hash]") {
  std::vector<std::byte> const bytes(100'000, std::byte{7});
  Sha256 hash;
  hash.update(std::span(bytes).first(33'333));
  hash.update(std::span(bytes).subspan(33'333));
  CHECK(hash.finish() == sha256(bytes));
  CHECK(hash.finish() == sha256({}));
}
