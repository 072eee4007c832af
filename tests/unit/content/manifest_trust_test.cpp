#include "engine/content/manifest_trust.h"

#include <catch2/catch.hpp>

#include "tree_model.h"

using namespace freshet;

namespace {

SecretKey key_from(std::uint32_t seed) {
  auto const entropy = model::random_bytes(40, seed);
  return SecretKey::make(std::span<std::byte const, 40>(entropy));
}

std::string signed_by(SecretKey const& key, std::string_view bytes) {
  return to_text(*key.sign(std::as_bytes(std::span(bytes)), "of a test"));
}

SignerPolicy policy_of(SecretKey const& key, bool required) {
  SignerPolicy policy;
  REQUIRE(policy.keys.add(key.public_key(), "site"));
  policy.required = required;
  return policy;
}

constexpr std::string_view kBytes = "a manifest";

}  // namespace

TEST_CASE("a trusted signature lifts what nobody vouches for and lowers nothing", "[trust]") {
  auto const key = key_from(1);
  auto const signature = signed_by(key, kBytes);
  auto const policy = policy_of(key, false);
  struct Row {
    Trust from;
    Trust trust;
  };
  for (auto const& row : {Row{Trust::computed, Trust::signer}, Row{Trust::origin, Trust::origin},
                          Row{Trust::job, Trust::job}}) {
    INFO(to_string(row.from));
    auto const vouched = vouch({kBytes, signature, row.from}, policy);
    REQUIRE(vouched);
    CHECK(vouched->trust == row.trust);
    CHECK(vouched->signer == "site");
  }
}

TEST_CASE("a manifest without a trusted signature is worth what its way here is worth", "[trust]") {
  auto const key = key_from(1);
  auto const stranger = signed_by(key_from(2), kBytes);
  auto const policy = policy_of(key, false);
  for (auto const from : {Trust::job, Trust::origin, Trust::computed}) {
    INFO(to_string(from));
    auto const plain = vouch({kBytes, std::nullopt, from}, policy);
    auto const strange = vouch({kBytes, stranger, from}, policy);
    auto const unjudged = vouch({kBytes, "no signature at all", from}, {});
    REQUIRE(plain);
    REQUIRE(strange);
    REQUIRE(unjudged);
    for (auto const& vouched : {*plain, *strange, *unjudged}) {
      CHECK(vouched.trust == from);
      CHECK(vouched.signer.empty());
    }
  }
}

TEST_CASE("what was changed after it was signed is refused whoever else vouches for it",
          "[trust]") {
  auto const key = key_from(1);
  auto const signature = signed_by(key, kBytes);
  for (auto const from : {Trust::job, Trust::origin, Trust::computed}) {
    auto const vouched = vouch({"A manifest", signature, from}, policy_of(key, false));
    REQUIRE_FALSE(vouched);
    CHECK(vouched.error().code == Errc::signature_invalid);
  }
  CHECK(vouch({kBytes, "torn", Trust::job}, policy_of(key, false)).error().code ==
        Errc::signature_invalid);
}

TEST_CASE("where a signature is required nothing else counts", "[trust]") {
  auto const key = key_from(1);
  auto const policy = policy_of(key, true);
  for (auto const from : {Trust::job, Trust::origin, Trust::computed}) {
    CHECK(vouch({kBytes, std::nullopt, from}, policy).error().code == Errc::signature_missing);
    CHECK(vouch({kBytes, signed_by(key_from(2), kBytes), from}, policy).error().code ==
          Errc::signature_untrusted);
    CHECK(vouch({kBytes, signed_by(key, kBytes), from}, policy));
  }
  SignerPolicy nobody;
  nobody.required = true;
  CHECK(vouch({kBytes, signed_by(key, kBytes), Trust::job}, nobody).error().code ==
        Errc::signature_untrusted);
}

TEST_CASE("a job's own keys are the only ones it takes", "[trust]") {
  auto const key = key_from(1);
  std::vector<std::string> const keys{to_base64(key.public_key())};
  auto const policy = pinned_signers(keys);

  REQUIRE(policy);
  CHECK(policy->required);
  CHECK(vouch({kBytes, signed_by(key, kBytes), Trust::computed}, *policy)->signer ==
        "key " + to_string(key.public_key().id));
  std::vector<std::string> const wrong{"RWQ"};
  CHECK(pinned_signers(wrong).error().code == Errc::signature_invalid);
}
