// What a peer sends in its extension handshake and in its messages.
#include "peer/messages.h"

#include "tests/fuzz/check.h"

using namespace freshet;
using namespace freshet::peer;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const bytes = as_text(data, size);
  if (auto const hello = decode_hello(bytes)) {
    FUZZ_CHECK(decode_hello(encode(*hello)) == hello);
  }
  if (auto const proof = decode_proof(bytes)) {
    FUZZ_CHECK(decode_proof(encode_proof(*proof)) == proof);
  }
  if (auto const word = decode_word(bytes)) {
    FUZZ_CHECK(decode_word(encode(*word)) == word);
  }
  if (auto const note = decode_company(bytes)) {
    FUZZ_CHECK(note->words.size() <= kCompanyWordsMax);
    auto const again = encode_company(note->words, note->anew);
    FUZZ_CHECK(again.empty() || decode_company(again.front()) == note);
  }
  std::uint32_t const pieces = 1000;
  if (auto const part = decode_layer(bytes, pieces)) {
    FUZZ_CHECK(!part->hashes.empty() && part->begin + part->hashes.size() <= pieces);
  }
  auto const claims = decode_claims(bytes, pieces);
  if (!claims) return 0;
  FUZZ_CHECK(claims->size() <= kClaimsMax);
  for (auto const& claim : *claims) {
    FUZZ_CHECK(!claim.pieces.empty() && to_number(claim.pieces.end) <= pieces);
    FUZZ_CHECK(claim.lease >= Duration{0} && claim.lease <= kLeaseMax);
  }
  auto const again = decode_claims(encode(*claims), pieces);
  FUZZ_CHECK(again && again->size() == claims->size());
  return 0;
}
