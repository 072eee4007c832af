#include "api/client/trusted_keys.h"

#include <catch2/catch.hpp>

#include "tests/support/temp_folder.h"

using namespace freshet;

namespace {

SecretKey key_from(unsigned seed) {
  std::array<std::byte, 40> entropy{};
  entropy[0] = entropy[35] = static_cast<std::byte>(seed);
  return SecretKey::make(entropy);
}

std::string signer_of(TrustedKeys const& keys, SecretKey const& key) {
  auto const signature = key.sign({}, "");
  REQUIRE(signature);
  auto const name = keys.signer_of(*signature, {});
  return name ? *name : "nobody";
}

}  // namespace

TEST_CASE("a key file has keys with names and comments", "[keys]") {
  auto const named = key_from(1);
  auto const plain = key_from(2);
  TrustedKeys keys;

  auto const text = "# the site's\n\n  " + to_base64(named.public_key()) + "\t the site \r\n" +
                    to_text(plain.public_key());
  REQUIRE(add_key_lines(text, "keys", keys));

  CHECK(signer_of(keys, named) == "the site");
  CHECK(signer_of(keys, plain) == "key " + to_string(plain.public_key().id));
  CHECK(signer_of(keys, key_from(3)) == "nobody");
}

TEST_CASE("a line that is no key is named", "[keys]") {
  TrustedKeys keys;
  auto const added = add_key_lines("# fine\nRWQwrong\n", "keys", keys);
  REQUIRE_FALSE(added);
  CHECK(added.error().code == Errc::signature_invalid);
  CHECK(added.error().where == "keys:2");
}

TEST_CASE("keys come from options and files and the data directory", "[keys]") {
  TempFolder const folder;
  auto const option = key_from(1);
  auto const file = key_from(2);
  auto const data = key_from(3);
  write_file(folder / "file", to_text(file.public_key()));
  write_file(folder / "trusted_keys", to_text(data.public_key()));

  auto const keys =
      read_trusted_keys({to_base64(option.public_key()), folder / "file"}, folder.path());

  REQUIRE(keys);
  for (auto const* key : {&option, &file, &data}) CHECK(signer_of(*keys, *key) != "nobody");
  CHECK(read_trusted_keys({folder / "absent"}, folder.path()).error().code == Errc::not_found);
}
