#include "peer/group_proof.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <string>

#include "engine/base/assert.h"

namespace freshet::peer {

namespace {

void append(std::string& text, std::span<std::byte const> bytes) {
  text.append(reinterpret_cast<char const*>(bytes.data()), bytes.size());
}

Digest hmac(std::string_view key, std::string_view text) {
  Digest result;
  unsigned size = 0;
  auto const* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                          reinterpret_cast<unsigned char const*>(text.data()), text.size(),
                          reinterpret_cast<unsigned char*>(result.bytes.data()), &size);
  FRESHET_ASSERT(done != nullptr && size == result.bytes.size());
  return result;
}

}  // namespace

Digest group_proof(std::string_view secret, ProofContext const& context) {
  std::string text = "freshet group proof 1";
  text.push_back(context.prover_opened ? '\1' : '\0');
  append(text, context.info_hash.bytes);
  text += encode(context.prover);
  text += encode(context.verifier);
  return hmac(secret, text);
}

bool proves(std::string_view secret, ProofContext const& context, Digest const& proof) {
  if (context.prover.key == context.verifier.key) return false;
  if (context.prover.nonce == context.verifier.nonce) return false;
  auto const expected = group_proof(secret, context);
  return CRYPTO_memcmp(expected.bytes.data(), proof.bytes.data(), expected.bytes.size()) == 0;
}

Digest group_salt(std::string_view secret, ContentId const& content) {
  return hmac(secret, "freshet group salt 1" + to_string(content));
}

Digest meeting_hash(std::string_view secret, Digest const& content_sha256) {
  // Without a secret anyone who knows the digest knows the key.
  return hmac(secret, "freshet meeting 1" + to_hex(content_sha256));
}

}  // namespace freshet::peer
