#include "api/local/login_codes.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "engine/base/hash.h"

namespace freshet::local {

namespace {

// What is looked up is a digest: how long that takes tells nothing of the code.
std::string digest_of(std::string const& code) {
  return to_hex(sha256(std::as_bytes(std::span(code.data(), code.size()))));
}

}  // namespace

void LoginCodes::set_token(std::string token) {
  std::lock_guard const lock(mutex_);
  token_ = std::move(token);
}

Result<std::string> LoginCodes::make(TimePoint now) {
  std::lock_guard const lock(mutex_);
  if (token_.empty()) {
    return fail(Errc::not_supported, "page",
                "is served on TCP alone: start freshetd with --tcp 127.0.0.1:0");
  }
  Digest random;
  std::array<unsigned char, sizeof random.bytes> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    return fail(Errc::internal, "page", "the system gives no random bytes");
  }
  std::memcpy(random.bytes.data(), bytes.data(), bytes.size());
  auto const code = to_hex(random);
  std::erase_if(ends_, [now](auto const& entry) { return entry.second <= now; });
  if (ends_.size() >= kCodesMax) {
    ends_.erase(std::ranges::min_element(ends_, {}, [](auto const& one) { return one.second; }));
  }
  ends_[digest_of(code)] = now + kValidFor;
  return code;
}

Result<std::string> LoginCodes::redeem(std::string const& code, TimePoint now) {
  std::lock_guard const lock(mutex_);
  auto const found = ends_.find(digest_of(code));
  bool const valid = found != ends_.end() && found->second > now;
  if (found != ends_.end()) ends_.erase(found);
  if (valid) return token_;
  return fail(Errc::access_denied, "code", "was used already, is too old, or never was one");
}

}  // namespace freshet::local
