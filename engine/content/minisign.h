// Signatures in minisign's format: Ed25519 over a file, or over its BLAKE2b-512, and a trusted
// comment that is signed too.
//
// Pure; any thread. The `minisign` program reads what is written here and the other way round.
// Errors: signature_invalid for what is malformed or does not verify, signature_untrusted for
// another key.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/error.h"

namespace freshet {

inline constexpr std::size_t kSignatureBytesMax = 16384;
inline constexpr std::size_t kCommentBytesMax = 8192;
// What minisign's own keys ask of scrypt; a key file that asks more is refused.
inline constexpr std::uint64_t kKeyMemoryMax = 1ULL << 30;

struct KeyId {
  std::array<std::byte, 8> bytes{};
  auto operator<=>(KeyId const&) const = default;
};
// As minisign shows it: 16 upper-case hexadecimal digits, last byte first.
[[nodiscard]] std::string to_string(KeyId const& id);

struct PublicKey {
  KeyId id;
  std::array<std::byte, 32> key{};
  auto operator<=>(PublicKey const&) const = default;
};
// A public key file (two lines) or its second line alone.
[[nodiscard]] Result<PublicKey> parse_public_key(std::string_view text);
[[nodiscard]] std::string to_base64(PublicKey const& key);
// The two lines of a public key file.
[[nodiscard]] std::string to_text(PublicKey const& key);

struct Signature {
  bool prehashed = true;  // Over BLAKE2b-512 of the bytes ("ED"), else over the bytes ("Ed").
  KeyId key;
  std::array<std::byte, 64> signature{};
  std::string trusted_comment;
  std::array<std::byte, 64> global{};  // Over `signature` and `trusted_comment`.
};
[[nodiscard]] Result<Signature> parse_signature(std::string_view text);
// Several signature files, one after the other: the same bytes signed by several keys.
inline constexpr std::size_t kSignaturesMax = 4;
[[nodiscard]] Result<std::vector<Signature>> parse_signatures(std::string_view text);
// The four lines of a signature file.
[[nodiscard]] std::string to_text(Signature const& signature);

// Whether `key` made `signature` over `bytes`, and over the trusted comment.
[[nodiscard]] Result<void> verify(PublicKey const& key, Signature const& signature,
                                  std::span<std::byte const> bytes);

// A key to sign with. Its secret is wiped from memory with the object.
class SecretKey {
 public:
  SecretKey(SecretKey&&) noexcept;
  SecretKey& operator=(SecretKey&&) noexcept;
  ~SecretKey();

  // A secret key file. A password is used only when the key is encrypted, and then takes scrypt
  // about a second and as much memory as the file says (1 GiB for minisign's own). access_denied
  // when it is wrong or missing.
  [[nodiscard]] static Result<SecretKey> parse(std::string_view text, std::string_view password);
  [[nodiscard]] static Result<bool> is_encrypted(std::string_view text);
  // A new key from 40 random bytes: 32 for the key, 8 for its id.
  [[nodiscard]] static SecretKey make(std::span<std::byte const, 40> entropy);

  [[nodiscard]] PublicKey public_key() const;
  // A secret key file without encryption, as `minisign -G -W` writes it.
  [[nodiscard]] std::string to_text() const;

  // `trusted_comment` is one line without control characters; else invalid_argument.
  [[nodiscard]] Result<Signature> sign(std::span<std::byte const> bytes,
                                       std::string trusted_comment, bool prehashed = true) const;

 private:
  struct Secret;
  explicit SecretKey(std::unique_ptr<Secret> secret);

  std::unique_ptr<Secret> secret_;
};

}  // namespace freshet
