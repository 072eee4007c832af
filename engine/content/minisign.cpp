#include "engine/content/minisign.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <vector>

#include "engine/base/assert.h"
#include "engine/base/base64.h"
#include "engine/content/blake2b.h"
#include "engine/content/minisign_text.h"

namespace freshet {

namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using Message = std::vector<std::byte>;

unsigned char const* raw(std::byte const* bytes) {
  return reinterpret_cast<unsigned char const*>(bytes);
}
unsigned char* raw(std::byte* bytes) {
  return reinterpret_cast<unsigned char*>(bytes);
}

// A secret key file after base64: two algorithms of two bytes each, a checksum's name, then these.
constexpr std::size_t kSalt = 6;
constexpr std::size_t kOperations = kSalt + 32;
constexpr std::size_t kMemory = kOperations + 8;
constexpr std::size_t kSealed = kMemory + 8;  // Encrypted from here: id, key pair, checksum.
constexpr std::size_t kSealedBytes = 8 + 64 + 32;
constexpr std::size_t kSecretBytes = kSealed + kSealedBytes;

// What a legacy signature is over is the bytes themselves; the other kind spares two passes of
// SHA-512.
Message message_of(std::span<std::byte const> bytes, bool prehashed) {
  if (!prehashed) return {bytes.begin(), bytes.end()};
  Message hash(64);
  FRESHET_ASSERT(EVP_Digest(bytes.data(), bytes.size(), raw(hash.data()), nullptr, EVP_blake2b512(),
                            nullptr) == 1);
  return hash;
}

Message global_message(Signature const& signature) {
  Message message(signature.signature.begin(), signature.signature.end());
  auto const comment = std::as_bytes(std::span(signature.trusted_comment));
  message.insert(message.end(), comment.begin(), comment.end());
  return message;
}

bool verifies(EVP_PKEY* key, std::span<std::byte const> signature,
              std::span<std::byte const> message) {
  Context const context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  FRESHET_ASSERT(context != nullptr);
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), raw(signature.data()), signature.size(),
                          raw(message.data()), message.size()) == 1;
}

std::array<std::byte, 64> signature_of(EVP_PKEY* key, std::span<std::byte const> message) {
  std::array<std::byte, 64> signature;
  std::size_t size = signature.size();
  Context const context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  FRESHET_ASSERT(context != nullptr);
  FRESHET_ASSERT(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key) == 1);
  FRESHET_ASSERT(EVP_DigestSign(context.get(), raw(signature.data()), &size, raw(message.data()),
                                message.size()) == 1);
  FRESHET_ASSERT(size == signature.size());
  return signature;
}

std::uint64_t little_endian(std::span<std::byte const> bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 8; i-- > 0;) value = value << 8 | std::to_integer<std::uint64_t>(bytes[i]);
  return value;
}

// What scrypt is asked for when a key names operations and memory, by the rule of libsodium.
struct Cost {
  std::uint64_t n = 2;
  std::uint64_t r = 8;
  std::uint64_t p = 1;
};

Cost cost_of(std::uint64_t operations, std::uint64_t memory) {
  Cost cost;
  operations = std::max<std::uint64_t>(operations, 32768);
  bool const by_operations = operations < memory / 32;
  auto const n_max = by_operations ? operations / (cost.r * 4) : memory / (cost.r * 128);
  while (cost.n <= n_max / 2) cost.n *= 2;
  if (!by_operations) {
    cost.p = std::max<std::uint64_t>(
        1, std::min<std::uint64_t>(operations / 4 / cost.n, 0x3fffffff) / cost.r);
  }
  return cost;
}

Result<void> decrypt(std::span<std::byte> file, std::string_view password) {
  auto const operations = little_endian(file.subspan(kOperations));
  auto const memory = little_endian(file.subspan(kMemory));
  if (memory > kKeyMemoryMax || operations > kKeyMemoryMax) {
    return fail(Errc::signature_invalid, "secret key", "asks too much memory or time of scrypt");
  }
  auto const cost = cost_of(operations, memory);
  std::array<std::byte, kSealedBytes> stream;
  // scrypt needs somewhat more than its table.
  auto const made =
      EVP_PBE_scrypt(password.data(), password.size(), raw(file.data() + kSalt), 32, cost.n, cost.r,
                     cost.p, kKeyMemoryMax + (64U << 20), raw(stream.data()), stream.size());
  if (made != 1) return fail(Errc::limit_reached, "secret key", "scrypt found too little memory");
  for (std::size_t i = 0; i < stream.size(); ++i) file[kSealed + i] ^= stream[i];
  OPENSSL_cleanse(stream.data(), stream.size());
  return {};
}

std::array<std::byte, 32> checksum_of(std::span<std::byte const> file) {
  Message message(file.begin(), file.begin() + 2);
  message.insert(message.end(), file.begin() + kSealed, file.end() - 32);
  std::array<std::byte, 32> checksum;
  blake2b(message, checksum);
  OPENSSL_cleanse(message.data(), message.size());
  return checksum;
}

bool holds(std::span<std::byte const> bytes, std::string_view text) {
  return std::ranges::equal(bytes.first(text.size()), std::as_bytes(std::span(text)));
}

Result<Message> read_secret(std::string_view text) {
  auto const lines = minisign::lines(text.substr(0, kSignatureBytesMax), 2);
  bool const two = lines && lines->size() == 2 && lines->front().starts_with(minisign::kUntrusted);
  auto file = two ? minisign::decoded(lines->back(), kSecretBytes) : std::nullopt;
  bool const known = file && holds(*file, "Ed") && holds(std::span(*file).subspan(4), "B2");
  auto const kdf = known ? std::span(*file).subspan(2, 2) : std::span<std::byte>{};
  if (!known || !(holds(kdf, "Sc") || holds(kdf, {"\0\0", 2}))) {
    return fail(Errc::signature_invalid, "secret key", "is no secret key file of minisign");
  }
  return *std::move(file);
}

}  // namespace

Result<void> verify(PublicKey const& key, Signature const& signature,
                    std::span<std::byte const> bytes) {
  if (key.id != signature.key) {
    return fail(Errc::signature_untrusted, "signature", "is by key " + to_string(signature.key));
  }
  Key const handle(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(key.key.data()), 32),
                   EVP_PKEY_free);
  if (handle == nullptr) return fail(Errc::signature_invalid, "public key", "is no Ed25519 point");
  if (!verifies(handle.get(), signature.signature, message_of(bytes, signature.prehashed))) {
    return fail(Errc::signature_invalid, "signature", "is not over these bytes");
  }
  if (!verifies(handle.get(), signature.global, global_message(signature))) {
    return fail(Errc::signature_invalid, "trusted comment", "is not what was signed");
  }
  return {};
}

struct SecretKey::Secret {
  KeyId id;
  std::array<std::byte, 32> seed{};

  Secret() = default;
  Secret(Secret const&) = delete;
  Secret& operator=(Secret const&) = delete;
  ~Secret() { OPENSSL_cleanse(seed.data(), seed.size()); }

  [[nodiscard]] Key handle() const {
    Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, raw(seed.data()), seed.size()),
            EVP_PKEY_free);
    FRESHET_ASSERT(key != nullptr);
    return key;
  }
};

SecretKey::SecretKey(std::unique_ptr<Secret> secret) : secret_(std::move(secret)) {}
SecretKey::SecretKey(SecretKey&&) noexcept = default;
SecretKey& SecretKey::operator=(SecretKey&&) noexcept = default;
SecretKey::~SecretKey() = default;

Result<bool> SecretKey::is_encrypted(std::string_view text) {
  auto const file = read_secret(text);
  if (!file) return unexpected(file.error());
  return holds(std::span(*file).subspan(2), "Sc");
}

Result<SecretKey> SecretKey::parse(std::string_view text, std::string_view password) {
  auto file = read_secret(text);
  if (!file) return unexpected(file.error());
  bool const encrypted = holds(std::span(*file).subspan(2), "Sc");
  if (encrypted) {
    if (auto done = decrypt(*file, password); !done) return unexpected(done.error());
  }
  SecretKey key(std::make_unique<Secret>());
  std::copy_n(file->begin() + kSealed, 8, key.secret_->id.bytes.begin());
  std::copy_n(file->begin() + kSealed + 8, 32, key.secret_->seed.begin());
  auto const checksum = std::span(*file).last(32);
  // minisign leaves it zero in keys without a password.
  bool const none =
      !encrypted && std::ranges::all_of(checksum, [](auto b) { return b == std::byte{0}; });
  bool const whole = none || std::ranges::equal(checksum_of(*file), checksum);
  bool const paired =
      std::ranges::equal(key.public_key().key, std::span(*file).subspan(kSealed + 40, 32));
  OPENSSL_cleanse(file->data(), file->size());
  if (!whole && encrypted) return fail(Errc::access_denied, "secret key", "has another password");
  if (!whole || !paired) return fail(Errc::signature_invalid, "secret key", "is damaged");
  return key;
}

SecretKey SecretKey::make(std::span<std::byte const, 40> entropy) {
  SecretKey key(std::make_unique<Secret>());
  std::ranges::copy(entropy.first<32>(), key.secret_->seed.begin());
  std::ranges::copy(entropy.last<8>(), key.secret_->id.bytes.begin());
  return key;
}

PublicKey SecretKey::public_key() const {
  PublicKey key{.id = secret_->id};
  std::size_t size = key.key.size();
  auto const handle = secret_->handle();
  FRESHET_ASSERT(EVP_PKEY_get_raw_public_key(handle.get(), raw(key.key.data()), &size) == 1);
  return key;
}

std::string SecretKey::to_text() const {
  Message file(kSecretBytes);
  auto const put = [&file](std::size_t at, std::span<std::byte const> bytes) {
    std::ranges::copy(bytes, file.begin() + static_cast<std::ptrdiff_t>(at));
  };
  put(0, std::as_bytes(std::span("Ed", 2)));
  put(4, std::as_bytes(std::span("B2", 2)));
  put(kSealed, secret_->id.bytes);
  put(kSealed + 8, secret_->seed);
  put(kSealed + 40, public_key().key);
  put(kSecretBytes - 32, checksum_of(file));
  auto text = std::string(minisign::kUntrusted) + "minisign secret key " + to_string(secret_->id) +
              "\n" + to_base64(file) + "\n";
  OPENSSL_cleanse(file.data(), file.size());
  return text;
}

Result<Signature> SecretKey::sign(std::span<std::byte const> bytes, std::string trusted_comment,
                                  bool prehashed) const {
  if (!minisign::is_comment(trusted_comment)) {
    return fail(Errc::invalid_argument, "trusted comment", "has control characters or is too long");
  }
  auto const handle = secret_->handle();
  Signature signature{.prehashed = prehashed, .key = secret_->id};
  signature.signature = signature_of(handle.get(), message_of(bytes, prehashed));
  signature.trusted_comment = std::move(trusted_comment);
  signature.global = signature_of(handle.get(), global_message(signature));
  return signature;
}

}  // namespace freshet
