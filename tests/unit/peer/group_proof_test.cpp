#include "peer/group_proof.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace freshet::peer;

namespace {

Hello hello_of(std::uint64_t key, int first) {
  Hello hello{key, {}};
  hello.nonce[0] = static_cast<std::byte>(first);
  return hello;
}

ProofContext some_context() {
  ProofContext context;
  context.info_hash.bytes.fill(std::byte{3});
  context.prover = hello_of(10, 1);
  context.verifier = hello_of(20, 2);
  context.prover_opened = true;
  return context;
}

}  // namespace

TEST_CASE("who knows the secret proves it", "[group]") {
  CHECK(proves("secret", some_context(), group_proof("secret", some_context())));
}

TEST_CASE("another secret proves nothing", "[group]") {
  CHECK_FALSE(proves("secret", some_context(), group_proof("secret ", some_context())));
  CHECK_FALSE(proves("secret", some_context(), Digest{}));
}

TEST_CASE("a proof is worth nothing on another connection or for another content", "[group]") {
  auto const proof = group_proof("secret", some_context());

  auto other = some_context();
  other.verifier = hello_of(20, 9);
  CHECK_FALSE(proves("secret", other, proof));
  other = some_context();
  other.prover = hello_of(10, 9);
  CHECK_FALSE(proves("secret", other, proof));
  other = some_context();
  other.info_hash.bytes.fill(std::byte{4});
  CHECK_FALSE(proves("secret", other, proof));
}

TEST_CASE("a proof sent back to who made it proves nothing", "[group]") {
  auto const mine = some_context();
  auto const proof = group_proof("secret", mine);

  // On the same connection the reflector is the other side.
  auto reflected = mine;
  std::swap(reflected.prover, reflected.verifier);
  reflected.prover_opened = !mine.prover_opened;
  CHECK_FALSE(proves("secret", reflected, proof));
}

TEST_CASE("two connections with a member do not let an outsider use its proof", "[group]") {
  // The member accepts one connection and opens the other; the outsider uses on each the nonce that
  // the member used on the other, so that only keys tell the two proofs apart.
  ProofContext accepted = some_context();
  accepted.prover = hello_of(10, 1);    // The member, asked for its proof here,
  accepted.verifier = hello_of(66, 2);  // by the outsider.
  accepted.prover_opened = false;
  auto const proof = group_proof("secret", accepted);
  ProofContext opened = some_context();
  opened.prover = hello_of(66, 1);
  opened.verifier = hello_of(10, 2);
  opened.prover_opened = false;

  CHECK_FALSE(proves("secret", opened, proof));
  opened.prover.key = 10;
  CHECK_FALSE(proves("secret", opened, group_proof("secret", opened)));
}

TEST_CASE("each group and each content has its own salt", "[group]") {
  ContentId const one{100, {}};
  ContentId const other{101, {}};

  CHECK(group_salt("secret", one) == group_salt("secret", one));
  CHECK(group_salt("secret", one) != group_salt("secret", other));
  CHECK(group_salt("secret", one) != group_salt("another", one));
}
