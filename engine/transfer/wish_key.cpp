#include "engine/transfer/wish_key.h"

#include <span>

#include "engine/base/hash.h"
#include "engine/base/trace.h"
#include "engine/transfer/transfers.h"

namespace freshet {

std::string key_of(Wish const& wish) {
  auto const& file = wish.file;
  std::string key;
  for (auto const& signer : wish.signed_by) key += "signed by " + signer + "\n";
  if (file.manifest_optional) key += "perhaps ";
  if (file.content) return key + "content " + to_string(*file.content);
  if (file.sha256) return key + "sha256 " + to_hex(*file.sha256);
  if (file.hash_of_hashes) return key + "hashes " + to_hex(*file.hash_of_hashes);
  key += "url " + (file.urls.empty() ? std::string() : file.urls.front());
  key += "\nmanifest " + file.manifest + file.manifest_signature;
  if (file.manifest_sha256) key += to_hex(*file.manifest_sha256);
  for (auto const& header : wish.headers) {
    // Who traces what makes no other content.
    if (is_trace(header.name)) continue;
    key += "\n" + header.name + ": " + header.value;
  }
  auto const& terms = wish.http;
  if (terms.accepted_flaws != 0) key += "\nflaws " + std::to_string(terms.accepted_flaws);
  if (!terms.digest_credentials.empty()) key += "\nby digest " + terms.digest_credentials;
  if (!terms.client_certificate.empty()) {
    key += "\nas " + to_hex(sha256(std::as_bytes(std::span(terms.client_certificate))));
  }
  return key;
}

}  // namespace freshet
