// Keys and signatures that are read write the same again. Encrypted keys are not opened: scrypt is
// slow.
#include "engine/content/minisign.h"
#include "tests/fuzz/check.h"

using namespace freshet;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const text = as_text(data, size);
  if (auto const signature = parse_signature(text)) {
    auto const again = parse_signature(to_text(*signature));
    FUZZ_CHECK(again && again->signature == signature->signature);
    FUZZ_CHECK(again->trusted_comment == signature->trusted_comment);
    PublicKey const key{.id = signature->key};
    FUZZ_CHECK(!verify(key, *signature, std::as_bytes(std::span(text))));
  }
  if (auto const key = parse_public_key(text)) FUZZ_CHECK(parse_public_key(to_text(*key)) == *key);
  auto const encrypted = SecretKey::is_encrypted(text);
  if (!encrypted || *encrypted) return 0;
  if (auto const key = SecretKey::parse(text, "")) {
    auto const again = SecretKey::parse(key->to_text(), "");
    FUZZ_CHECK(again && again->public_key() == key->public_key());
  }
  return 0;
}
