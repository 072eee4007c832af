#include "engine/base/hash.h"

#include <openssl/evp.h>

#include "engine/base/assert.h"

namespace freshet {

namespace {

unsigned char* raw(std::byte* bytes) {
  return reinterpret_cast<unsigned char*>(bytes);
}

// Looked up once and kept to the end of the process: the look-up costs more than hashing a tree
// node.
EVP_MD const* algorithm() {
  static EVP_MD const* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  FRESHET_ASSERT(sha256 != nullptr);
  return sha256;
}

class Context {
 public:
  Context() : context_(EVP_MD_CTX_new()) { FRESHET_ASSERT(context_ != nullptr); }
  Context(Context const&) = delete;
  Context& operator=(Context const&) = delete;
  ~Context() { EVP_MD_CTX_free(context_); }

  void start() { FRESHET_ASSERT(EVP_DigestInit_ex2(context_, algorithm(), nullptr) == 1); }
  void update(std::span<std::byte const> bytes) {
    FRESHET_ASSERT(EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1);
  }
  Digest finish() {
    Digest out;
    FRESHET_ASSERT(EVP_DigestFinal_ex(context_, raw(out.bytes.data()), nullptr) == 1);
    return out;
  }

 private:
  EVP_MD_CTX* context_;
};

}  // namespace

Digest sha256(std::span<std::byte const> bytes) {
  // One context a thread: making one costs as much as hashing a tree node.
  thread_local Context context;
  context.start();
  context.update(bytes);
  return context.finish();
}

Digest sha256_pair(Digest const& left, Digest const& right) {
  std::array<std::byte, 64> joined{};
  std::copy(left.bytes.begin(), left.bytes.end(), joined.begin());
  std::copy(right.bytes.begin(), right.bytes.end(), joined.begin() + 32);
  return sha256(joined);
}

struct Sha256::State {
  Context context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  state_->context.start();
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<std::byte const> bytes) {
  state_->context.update(bytes);
}

Digest Sha256::finish() {
  auto const out = state_->context.finish();
  state_->context.start();
  return out;
}

}  // namespace freshet
