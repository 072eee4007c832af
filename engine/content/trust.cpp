#include "engine/content/trust.h"

#include <algorithm>
#include <numeric>

namespace freshet {

namespace {

template <typename Value>
bool differ(std::optional<Value> const& a, std::optional<Value> const& b) {
  return a && b && *a != *b;
}

std::optional<Bytes> length_of(IdentityClaim const& claim) {
  return claim.length || !claim.content ? claim.length : claim.content->length;
}

bool contradict(IdentityClaim const& a, IdentityClaim const& b) {
  return differ(a.content, b.content) || differ(a.sha256, b.sha256) ||
         differ(length_of(a), length_of(b));
}

void accept(IdentityClaim const& claim, IdentityDecision& decision) {
  bool const first = !decision.content && !decision.sha256;
  if (first && (claim.content || claim.sha256)) decision.trust = claim.trust;
  if (!decision.content && claim.content) {
    decision.content = claim.content;
    decision.provisional = decision.sha256 && claim.trust > decision.trust;
  }
  if (!decision.sha256) decision.sha256 = claim.sha256;
  if (!decision.length) decision.length = length_of(claim);
}

// Indices of the claims, strongest first and otherwise as they came.
std::vector<std::size_t> by_strength(std::span<IdentityClaim const> claims) {
  std::vector<std::size_t> order(claims.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return claims[i].trust; });
  return order;
}

}  // namespace

Result<void> TrustedKeys::add(PublicKey const& key, std::string name) {
  auto const same = std::ranges::find(entries_, key.id, [](Entry const& e) { return e.key.id; });
  if (same != entries_.end()) {
    if (same->key != key)
      return fail(Errc::file_exists, "key " + to_string(key.id), "is known as another");
    same->name = std::move(name);
    return {};
  }
  if (entries_.size() >= kTrustedKeysMax) return fail(Errc::limit_reached, "trusted keys");
  entries_.push_back({key, std::move(name)});
  return {};
}

Result<std::string> TrustedKeys::signer_of(Signature const& signature,
                                           std::span<std::byte const> bytes) const {
  auto const entry =
      std::ranges::find(entries_, signature.key, [](Entry const& e) { return e.key.id; });
  if (entry == entries_.end()) {
    return fail(Errc::signature_untrusted, "signature", "is by key " + to_string(signature.key));
  }
  if (auto verified = verify(entry->key, signature, bytes); !verified) {
    return unexpected(verified.error());
  }
  return entry->name;
}

Result<IdentityDecision> decide_identity(std::span<IdentityClaim const> claims) {
  if (claims.size() > kIdentityClaimsMax) return fail(Errc::limit_reached, "identity claims");
  IdentityDecision decision;
  std::vector<std::size_t> accepted;
  for (auto const i : by_strength(claims)) {
    auto const& claim = claims[i];
    auto const other =
        std::ranges::find_if(accepted, [&](std::size_t j) { return contradict(claims[j], claim); });
    if (other == accepted.end()) {
      accept(claim, decision);
      accepted.push_back(i);
    } else if (claims[*other].trust == claim.trust) {
      return fail(Errc::manifest_mismatch, claim.by, "contradicts " + claims[*other].by);
    } else {
      decision.refused.push_back(i);
    }
  }
  return decision;
}

}  // namespace freshet
