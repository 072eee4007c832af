#include "engine/content/trust.h"

#include <catch2/catch.hpp>

#include "tree_model.h"

using namespace freshet;

namespace {

SecretKey key_from(std::uint32_t seed) {
  auto const entropy = model::random_bytes(40, seed);
  return SecretKey::make(std::span<std::byte const, 40>(entropy));
}

Digest digest(unsigned value) {
  return Digest{{static_cast<std::byte>(value)}};
}
ContentId content(Bytes length, unsigned value) {
  return {length, digest(value)};
}

}  // namespace

TEST_CASE("only trusted keys make a signer", "[trust]") {
  auto const mine = key_from(1);
  auto const other = key_from(2);
  auto const bytes = model::random_bytes(100, 3);
  TrustedKeys keys;
  REQUIRE(keys.add(mine.public_key(), "site"));

  CHECK(keys.signer_of(*mine.sign(bytes, ""), bytes) == "site");
  CHECK(keys.signer_of(*other.sign(bytes, ""), bytes).error().code == Errc::signature_untrusted);
  CHECK(keys.signer_of(*mine.sign(bytes, ""), std::span(bytes).first(99)).error().code ==
        Errc::signature_invalid);
}

TEST_CASE("an id names one key and keys are bounded", "[trust]") {
  TrustedKeys keys;
  auto const key = key_from(1).public_key();
  REQUIRE(keys.add(key, "old"));
  REQUIRE(keys.add(key, "new"));
  auto same_id = key_from(2).public_key();
  same_id.id = key.id;

  CHECK(keys.add(same_id, "thief").error().code == Errc::file_exists);
  for (std::uint32_t i = 1; i < kTrustedKeysMax; ++i) {
    same_id.id.bytes[7] = static_cast<std::byte>(i);
    same_id.id.bytes[6] = ~key.id.bytes[6];
    REQUIRE(keys.add(same_id, ""));
  }
  same_id.id.bytes[5] = ~key.id.bytes[5];
  CHECK(keys.add(same_id, "").error().code == Errc::limit_reached);
}

TEST_CASE("the strongest claim wins and weaker ones that differ are refused", "[trust]") {
  IdentityClaim const claims[] = {
      {.trust = Trust::signer, .by = "site", .content = content(10, 1)},
      {.trust = Trust::job, .by = "job", .content = content(10, 2)},
      {.trust = Trust::origin, .by = "host", .length = 11},
  };

  auto const decision = decide_identity(claims);

  REQUIRE(decision);
  CHECK(decision->content == content(10, 2));
  CHECK(decision->length == 10);
  CHECK(decision->trust == Trust::job);
  CHECK_FALSE(decision->provisional);
  CHECK(decision->refused == std::vector<std::size_t>{2, 0});
}

TEST_CASE("a piece layer under a stronger digest is provisional", "[trust]") {
  IdentityClaim const claims[] = {
      {.trust = Trust::signer, .by = "site", .content = content(10, 1)},
      {.trust = Trust::job, .by = "job", .sha256 = digest(9)},
  };

  auto const decision = decide_identity(claims);

  REQUIRE(decision);
  CHECK(decision->content == content(10, 1));
  CHECK(decision->sha256 == digest(9));
  CHECK(decision->trust == Trust::job);
  CHECK(decision->provisional);
}

TEST_CASE("a content id needs no digest to be final", "[trust]") {
  IdentityClaim const claims[] = {
      {.trust = Trust::job, .by = "job", .length = 10},
      {.trust = Trust::signer, .by = "site", .content = content(10, 1), .sha256 = digest(9)},
  };

  auto const decision = decide_identity(claims);

  REQUIRE(decision);
  CHECK(decision->content == content(10, 1));
  CHECK(decision->trust == Trust::signer);
  CHECK_FALSE(decision->provisional);
}

TEST_CASE("equal claims that differ leave nothing to believe", "[trust]") {
  IdentityClaim const claims[] = {
      {.trust = Trust::origin, .by = "a.example", .sha256 = digest(1)},
      {.trust = Trust::origin, .by = "b.example", .sha256 = digest(2)},
  };

  auto const decision = decide_identity(claims);

  REQUIRE_FALSE(decision);
  CHECK(decision.error().code == Errc::manifest_mismatch);
  CHECK(decision.error().where == "b.example");
  CHECK(decision.error().why == "contradicts a.example");
}

TEST_CASE("without claims nothing is known and too many are refused", "[trust]") {
  auto const decision = decide_identity({});

  REQUIRE(decision);
  CHECK(decision->trust == Trust::computed);
  CHECK_FALSE(decision->content);
  CHECK_FALSE(decide_identity(std::vector<IdentityClaim>(kIdentityClaimsMax + 1)));
}
