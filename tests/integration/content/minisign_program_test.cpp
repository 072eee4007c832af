// Keys and signatures between us and the minisign program.
#include <catch2/catch.hpp>
#include <random>

#include "engine/content/minisign.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

using namespace freshet;

namespace {

std::span<std::byte const> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

// `minisign` with our answers to its questions for a password.
void minisign(std::vector<std::string> words, std::string_view input = {}) {
  words.insert(words.begin(), "minisign");
  auto const ran = run_program(words, input);
  INFO(ran.output);
  REQUIRE(ran.status == 0);
}

SecretKey new_key() {
  std::random_device random;
  std::array<std::byte, 40> entropy{};
  for (auto& byte : entropy) byte = static_cast<std::byte>(random());
  return SecretKey::make(entropy);
}

}  // namespace

TEST_CASE("minisign verifies what we sign with our key", "[minisign][integration]") {
  bool const prehashed = GENERATE(true, false);
  TempFolder const folder;
  auto const key = new_key();
  write_file(folder / "file", "some bytes");
  write_file(folder / "key.pub", to_text(key.public_key()));
  write_file(folder / "file.minisig",
             to_text(*key.sign(bytes_of("some bytes"), "timestamp:1\tfile:file", prehashed)));

  minisign({"-Vm", folder / "file", "-p", folder / "key.pub"});

  write_file(folder / "file", "Some bytes");
  CHECK(run_program({"minisign", "-Vm", folder / "file", "-p", folder / "key.pub"}).status != 0);
}

TEST_CASE("minisign signs with a key that we made", "[minisign][integration]") {
  TempFolder const folder;
  auto const key = new_key();
  write_file(folder / "file", "some bytes");
  write_file(folder / "key.sec", key.to_text());

  minisign({"-Sm", folder / "file", "-s", folder / "key.sec", "-t", "from minisign"});

  auto const signature = parse_signature(read_file(folder / "file.minisig"));
  REQUIRE(signature);
  CHECK(signature->trusted_comment == "from minisign");
  CHECK(verify(key.public_key(), *signature, bytes_of("some bytes")));
}

TEST_CASE("keys that minisign makes without a password sign for us", "[minisign][integration]") {
  TempFolder const folder;
  minisign({"-G", "-W", "-p", folder / "key.pub", "-s", folder / "key.sec"});
  auto const secret = read_file(folder / "key.sec");
  auto const public_key = parse_public_key(read_file(folder / "key.pub"));
  REQUIRE(public_key);
  CHECK(SecretKey::is_encrypted(secret) == false);

  auto const key = SecretKey::parse(secret, "");

  if (!key) FAIL(describe(key.error()));
  CHECK(key->public_key() == *public_key);
  write_file(folder / "file", "some bytes");
  write_file(folder / "file.minisig", to_text(*key->sign(bytes_of("some bytes"), "ours")));
  minisign({"-Vm", folder / "file", "-p", folder / "key.pub"});
}

TEST_CASE("legacy signatures of minisign verify", "[minisign][integration]") {
  TempFolder const folder;
  minisign({"-G", "-W", "-p", folder / "key.pub", "-s", folder / "key.sec"});
  write_file(folder / "file", "some bytes");

  minisign({"-S", "-l", "-m", folder / "file", "-s", folder / "key.sec"});

  auto const public_key = parse_public_key(read_file(folder / "key.pub"));
  auto const signature = parse_signature(read_file(folder / "file.minisig"));
  REQUIRE(public_key);
  REQUIRE(signature);
  CHECK_FALSE(signature->prehashed);
  CHECK(verify(*public_key, *signature, bytes_of("some bytes")));
}

TEST_CASE("a key behind a password opens with it and not without", "[minisign][integration]") {
  TempFolder const folder;
  minisign({"-G", "-p", folder / "key.pub", "-s", folder / "key.sec"}, "secret\nsecret\n");
  auto const secret = read_file(folder / "key.sec");
  CHECK(SecretKey::is_encrypted(secret) == true);

  auto const key = SecretKey::parse(secret, "secret");
  auto const wrong = SecretKey::parse(secret, "Secret");

  if (!key) FAIL(describe(key.error()));
  CHECK(key->public_key() == parse_public_key(read_file(folder / "key.pub")));
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().code == Errc::access_denied);
}
