#include "engine/content/digest_fields.h"

#include <catch2/catch.hpp>

#include "engine/base/hash.h"

using namespace freshet;

namespace {

// RFC 9530 §B.1: {"hello": "world"} and a newline.
constexpr char const* kText = "RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=";
constexpr char const* kHex = "44aff4ab2d7c3250525675a08f0cfa9591168cffe51791c5f5bbc417c15a6c38";

std::string field(std::string_view before, std::string_view after = "") {
  return std::string(before) + "sha-256=:" + kText + ":" + std::string(after);
}

}  // namespace

TEST_CASE("the SHA-256 is found among other members", "[digest_fields]") {
  auto const expected = digest_from_hex(kHex);

  CHECK(sha256_from_digest_field(field("")) == expected);
  CHECK(sha256_from_digest_field(field("  sha-512=:YWJj:, ", "  ")) == expected);
  CHECK(sha256_from_digest_field(
            field("a, b=?1;c;d=-1.5, e=(1 \"x\\\"\" tok/en);f, ", ";g=1 ,\tz=\"\"")) == expected);
  CHECK(sha256_from_digest_field(field("sha-256=:YWJj:, ")) == expected);
  CHECK(sha256_from_digest_field(to_digest_field(*expected)) == expected);
}

TEST_CASE("a field without a SHA-256 or with a flaw says nothing", "[digest_fields]") {
  CHECK_FALSE(sha256_from_digest_field(""));
  CHECK_FALSE(sha256_from_digest_field("sha-512=:YWJj:"));
  CHECK_FALSE(sha256_from_digest_field("sha-256=:YWJj:"));
  CHECK_FALSE(sha256_from_digest_field("sha-256"));
  CHECK_FALSE(sha256_from_digest_field("sha-256=abc"));
  CHECK_FALSE(sha256_from_digest_field(std::string("sha-256=") + kText));
  CHECK_FALSE(sha256_from_digest_field(std::string("SHA-256=:") + kText + ":"));
  CHECK_FALSE(sha256_from_digest_field(field("", ", sha-256=1")));
  for (auto const* flaw : {",",
                           ", ",
                           ",,a",
                           ";",
                           ";A",
                           " x",
                           ", A",
                           ", a=",
                           ", a=(",
                           ", a=(1",
                           ", a=(1\"\")",
                           ", a=\"",
                           ", a=\"\\x\"",
                           ", a=\"\x7f\"",
                           ", a=:",
                           ", a=:a",
                           ", a=:*:",
                           ", a=1.",
                           ", a=1.2345",
                           ", a=-",
                           ", a=?2",
                           ", a=1234567890123456",
                           ", a=1234567890123.1",
                           ", a=@",
                           ", a=((1))"}) {
    INFO(flaw);
    CHECK_FALSE(sha256_from_digest_field(field("", flaw)));
  }
  CHECK_FALSE(sha256_from_digest_field(
      field("", ", a=\"" + std::string(kDigestFieldBytesMax, 'x') + "\"")));
}

TEST_CASE("the older field names its algorithms in any case", "[digest_fields]") {
  auto const expected = digest_from_hex(kHex);
  auto const text = std::string(kText);

  CHECK(sha256_from_old_digest_field("SHA-256=" + text) == expected);
  CHECK(sha256_from_old_digest_field("unixsum=30637, sha-256=" + text +
                                     " , SHA=thvDyvhfIqlvFe+A9MYgxAfm1q5=") == expected);
  CHECK(sha256_from_old_digest_field("sha-256=" + text + ",,SHA-256=" + text) == expected);
  CHECK_FALSE(sha256_from_old_digest_field(""));
  CHECK_FALSE(sha256_from_old_digest_field("MD5=HUXZLQLMuI/KZ5KDcJPcOA=="));
  CHECK_FALSE(sha256_from_old_digest_field("SHA-256=" + text.substr(1)));
  CHECK_FALSE(sha256_from_old_digest_field("SHA-256=:" + text + ":"));
  CHECK_FALSE(sha256_from_old_digest_field("SHA-256=" + text + ", nonsense"));
  CHECK_FALSE(sha256_from_old_digest_field("SHA-256=" + text + ",SHA-256=A" + text.substr(1)));
}
