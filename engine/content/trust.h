// Who is believed about the identity of a file's bytes, and what holds when claims differ.
//
// Pure; any thread. Levels, strongest first, are `Trust`: the job, the origin over verified TLS, a
// signer that the administrator trusts, nobody.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/content/minisign.h"
#include "freshet/content_id.h"

namespace freshet {

inline constexpr std::size_t kTrustedKeysMax = 256;
inline constexpr std::size_t kIdentityClaimsMax = 64;

class TrustedKeys {
 public:
  // `name` is what people know the signer by. file_exists when another key has this id,
  // limit_reached beyond `kTrustedKeysMax`. The same key again changes its name.
  [[nodiscard]] Result<void> add(PublicKey const& key, std::string name);

  [[nodiscard]] bool empty() const { return entries_.empty(); }

  // The name of the trusted signer of `bytes`; signature_untrusted, signature_invalid.
  [[nodiscard]] Result<std::string> signer_of(Signature const& signature,
                                              std::span<std::byte const> bytes) const;

 private:
  struct Entry {
    PublicKey key;
    std::string name;
  };
  std::vector<Entry> entries_;
};

// One statement about the bytes of a file.
struct IdentityClaim {
  Trust trust = Trust::computed;
  std::string by;  // "job", the origin's host, the signer's name: for people.
  std::optional<ContentId> content;
  std::optional<Digest> sha256;
  std::optional<Bytes> length;
};

struct IdentityDecision {
  std::optional<ContentId> content;
  std::optional<Digest> sha256;
  std::optional<Bytes> length;
  Trust trust = Trust::computed;  // Of the strongest content id or SHA-256.
  // The content id is less trusted than the SHA-256: its pieces guide the transfer, but nothing is
  // served or placed before the digest of the whole has decided.
  bool provisional = false;
  std::vector<std::size_t> refused;  // Claims that contradict stronger ones, by index.
};

// Each field from the strongest claim that has it. A claim that contradicts a stronger one is
// refused as a whole; two of equal strength that differ leave nothing to believe: manifest_mismatch
// naming both.
[[nodiscard]] Result<IdentityDecision> decide_identity(std::span<IdentityClaim const> claims);

}  // namespace freshet
