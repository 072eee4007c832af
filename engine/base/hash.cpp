#include "engine/base/hash.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "engine/base/assert.h"

namespace freshet {

namespace {

unsigned char const* raw(std::byte const* bytes) {
  return reinterpret_cast<unsigned char const*>(bytes);
}
unsigned char* raw(std::byte* bytes) {
  return reinterpret_cast<unsigned char*>(bytes);
}

}  // namespace

Digest sha256(std::span<std::byte const> bytes) {
  Digest out;
  // The one-shot call skips the allocation and look-up that EVP contexts cost per block.
  SHA256(raw(bytes.data()), bytes.size(), raw(out.bytes.data()));
  return out;
}

Digest sha256_pair(Digest const& left, Digest const& right) {
  std::array<std::byte, 64> joined{};
  std::copy(left.bytes.begin(), left.bytes.end(), joined.begin());
  std::copy(right.bytes.begin(), right.bytes.end(), joined.begin() + 32);
  return sha256(joined);
}

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  State() { FRESHET_ASSERT(context != nullptr); }
  State(State const&) = delete;
  State& operator=(State const&) = delete;
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  FRESHET_ASSERT(EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) == 1);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<std::byte const> bytes) {
  FRESHET_ASSERT(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1);
}

Digest Sha256::finish() {
  Digest out;
  FRESHET_ASSERT(EVP_DigestFinal_ex(state_->context, raw(out.bytes.data()), nullptr) == 1);
  FRESHET_ASSERT(EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) == 1);
  return out;
}

}  // namespace freshet
