#include "engine/content/minisign.h"

#include <openssl/evp.h>

#include <catch2/catch.hpp>

#include "engine/base/base64.h"
#include "engine/content/blake2b.h"
#include "tree_model.h"

using namespace freshet;

namespace {

SecretKey key_from(std::uint32_t seed) {
  auto const entropy = model::random_bytes(40, seed);
  return SecretKey::make(std::span<std::byte const, 40>(entropy));
}

std::span<std::byte const> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

Errc code(Result<void> const& result) {
  return result ? Errc{} : result.error().code;
}

// The last line of a file with one character replaced.
std::string spoilt(std::string text, std::size_t at) {
  text[at] = text[at] == 'A' ? 'B' : 'A';
  return text;
}

std::string hex(std::span<std::byte const> bytes) {
  std::string text;
  for (auto const byte : bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    text += digits[std::to_integer<unsigned>(byte) >> 4];
    text += digits[std::to_integer<unsigned>(byte) & 15];
  }
  return text;
}

}  // namespace

TEST_CASE("BLAKE2b gives the values of other implementations", "[blake2b]") {
  std::array<std::byte, 32> half{};
  blake2b(bytes_of("abc"), half);
  CHECK(hex(half) == "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");

  for (auto const size : {0U, 1U, 127U, 128U, 129U, 255U, 256U, 257U, 1000U}) {
    auto const bytes = model::random_bytes(size, 1);
    std::array<std::byte, 64> ours{};
    std::array<unsigned char, 64> theirs{};
    blake2b(bytes, ours);
    EVP_Digest(bytes.data(), bytes.size(), theirs.data(), nullptr, EVP_blake2b512(), nullptr);
    CHECK(hex(ours) == hex(std::as_bytes(std::span(theirs))));
  }
}

TEST_CASE("a signature survives the way through text and verifies", "[minisign]") {
  auto const key = key_from(1);
  bool const prehashed = GENERATE(true, false);

  auto const signed_text = to_text(*key.sign(bytes_of("hello"), "timestamp:1\tfile:x", prehashed));
  auto const signature = parse_signature(signed_text);

  REQUIRE(signature);
  CHECK(signature->prehashed == prehashed);
  CHECK(signature->trusted_comment == "timestamp:1\tfile:x");
  CHECK(code(verify(key.public_key(), *signature, bytes_of("hello"))) == Errc{});
  CHECK(to_text(*signature) == signed_text);
}

TEST_CASE("nothing else verifies", "[minisign]") {
  auto const key = key_from(1);
  auto const signature = *key.sign(bytes_of("hello"), "comment");

  CHECK(code(verify(key.public_key(), signature, bytes_of("hellO"))) == Errc::signature_invalid);
  CHECK(code(verify(key_from(2).public_key(), signature, bytes_of("hello"))) ==
        Errc::signature_untrusted);
  auto other = key_from(2).public_key();
  other.id = signature.key;
  CHECK(code(verify(other, signature, bytes_of("hello"))) == Errc::signature_invalid);
  auto changed = signature;
  changed.trusted_comment = "Comment";
  CHECK(code(verify(key.public_key(), changed, bytes_of("hello"))) == Errc::signature_invalid);
  changed = signature;
  changed.prehashed = false;
  CHECK(code(verify(key.public_key(), changed, bytes_of("hello"))) == Errc::signature_invalid);
  for (std::size_t i = 0; i < 64; ++i) {
    changed = signature;
    changed.signature[i] ^= std::byte{1};
    CHECK(code(verify(key.public_key(), changed, bytes_of("hello"))) == Errc::signature_invalid);
    changed = signature;
    changed.global[i] ^= std::byte{1};
    CHECK(code(verify(key.public_key(), changed, bytes_of("hello"))) == Errc::signature_invalid);
  }
}

TEST_CASE("keys survive the way through text", "[minisign]") {
  auto const key = key_from(3);
  auto const text = key.to_text();
  auto const read = SecretKey::parse(text, "");

  REQUIRE(read);
  CHECK(read->public_key() == key.public_key());
  CHECK(SecretKey::is_encrypted(text) == false);
  CHECK(parse_public_key(to_text(key.public_key())) == key.public_key());
  CHECK(parse_public_key(to_base64(key.public_key())) == key.public_key());
  CHECK(parse_public_key(to_base64(key.public_key()) + "\r\n") == key.public_key());
}

TEST_CASE("damaged secret keys are refused", "[minisign]") {
  auto const text = key_from(3).to_text();
  auto const line = text.find('\n') + 1;
  // Behind the fields that only scrypt uses: id, key pair and checksum.
  for (std::size_t at = line + 54 * 4 / 3 + 2; at + 3 < text.size(); at += 5) {
    INFO(at);
    CHECK_FALSE(SecretKey::parse(spoilt(text, at), ""));
  }
  for (std::size_t size = 0; size + 1 < text.size(); size += 3) {
    CHECK_FALSE(SecretKey::parse(text.substr(0, size), ""));
  }
}

TEST_CASE("a key without a checksum is known by its pair", "[minisign]") {
  auto const text = key_from(6).to_text();
  auto const line = text.find('\n') + 1;
  auto bytes = *from_base64(std::string_view(text).substr(line, text.size() - line - 1));
  std::fill(bytes.end() - 32, bytes.end(), std::byte{0});
  auto const zeroed = [&] { return text.substr(0, line) + to_base64(bytes) + "\n"; };

  REQUIRE(SecretKey::parse(zeroed(), ""));
  CHECK(SecretKey::parse(zeroed(), "")->public_key() == key_from(6).public_key());
  bytes[70] ^= std::byte{1};
  CHECK_FALSE(SecretKey::parse(zeroed(), ""));
}

TEST_CASE("malformed signatures and public keys are refused", "[minisign]") {
  auto const key = key_from(4);
  auto const text = to_text(*key.sign(bytes_of("x"), "c"));
  auto const refused = [](std::string const& bad) {
    auto const read = parse_signature(bad);
    return !read && read.error().code == Errc::signature_invalid;
  };
  CHECK_FALSE(refused(text));
  CHECK(refused(""));
  CHECK(refused("\n\n\n\n"));
  CHECK(refused(text + "more\n"));
  CHECK(refused("x" + text));
  CHECK(refused(text.substr(text.find('\n') + 1)));
  auto comment = text;
  comment.replace(comment.find(": c\n"), 4, ": \x1b[2J\n");
  CHECK(refused(comment));
  auto kind = text;
  kind.replace(kind.find("\nRU") + 1, 3, "RUY");
  CHECK(refused(kind));
  CHECK(refused(std::string(kSignatureBytesMax + 1, 'a')));
  CHECK_FALSE(parse_public_key(""));
  CHECK_FALSE(parse_public_key("RWQ"));
  CHECK_FALSE(parse_public_key("comment\n" + to_base64(key.public_key())));
  CHECK(key.sign({}, "two\nlines").error().code == Errc::invalid_argument);
}

TEST_CASE("a key that asks too much of scrypt is refused before it costs anything", "[minisign]") {
  auto text = key_from(5).to_text();
  auto const line = text.find('\n') + 1;
  // "Ed" and the empty key derivation, then with "Sc" instead of it and huge limits.
  auto greedy = text;
  REQUIRE(greedy.substr(line, 6) == "RWQAAE");
  greedy.replace(line, 6, "RWRTY0");
  greedy.replace(line + 52, 18, std::string(18, '/'));

  CHECK(SecretKey::is_encrypted(greedy) == true);
  CHECK(SecretKey::parse(greedy, "x").error().code == Errc::signature_invalid);
}
