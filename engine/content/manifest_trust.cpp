#include "engine/content/manifest_trust.h"

#include <algorithm>

namespace freshet {

Result<Vouched> vouch(ManifestDocument const& document, SignerPolicy const& policy) {
  if (!document.signature) {
    if (policy.required) return fail(Errc::signature_missing, "manifest", "is not signed");
    return Vouched{document.from, {}};
  }
  if (policy.keys.empty() && !policy.required) return Vouched{document.from, {}};
  auto const signatures = parse_signatures(*document.signature);
  if (!signatures) return unexpected(signatures.error());
  Error stranger;
  for (auto const& signature : *signatures) {
    auto signer = policy.keys.signer_of(signature, std::as_bytes(std::span(document.bytes)));
    if (signer) return Vouched{std::min(document.from, Trust::signer), std::move(*signer)};
    if (signer.error().code != Errc::signature_untrusted) return unexpected(signer.error());
    stranger = signer.error();
  }
  // Signatures of strangers are as good as none.
  if (policy.required) return unexpected(stranger);
  return Vouched{document.from, {}};
}

Result<SignerPolicy> pinned_signers(std::span<std::string const> keys) {
  SignerPolicy policy;
  policy.required = true;
  for (auto const& text : keys) {
    auto const key = parse_public_key(text);
    if (!key) return unexpected(key.error());
    auto added = policy.keys.add(*key, "key " + to_string(key->id));
    if (!added) return unexpected(added.error());
  }
  return policy;
}

}  // namespace freshet
