// What a manifest is worth by where it came from and who signed it.
//
// Pure; any thread. The rules as a table: docs/manifests.md, "Who is believed".
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/content/trust.h"

namespace freshet {

struct ManifestDocument {
  std::string_view bytes;
  std::optional<std::string_view> signature;  // The text of its signature file, if it has one.
  // `job`: the application gave the bytes. `origin`: fetched over verified TLS. `computed`: fetched
  // over a network that nobody vouches for.
  Trust from = Trust::computed;
};

struct SignerPolicy {
  TrustedKeys keys;
  bool required = false;  // Nothing counts but a signature by one of the keys.
};

struct Vouched {
  Trust trust = Trust::computed;
  std::string signer;  // Whose signature was verified; empty: nobody's.
};

// signature_missing and signature_untrusted when one is required; signature_invalid for what is
// malformed or was not signed so, whatever else vouches for it. Without any key nobody can check a
// signature, and it says nothing.
[[nodiscard]] Result<Vouched> vouch(ManifestDocument const& document, SignerPolicy const& policy);

// Trust in these keys alone, which are public keys in base64. signature_invalid for one that is no
// key.
[[nodiscard]] Result<SignerPolicy> pinned_signers(std::span<std::string const> keys);

}  // namespace freshet
