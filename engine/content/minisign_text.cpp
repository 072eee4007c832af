#include "engine/content/minisign_text.h"

#include <algorithm>

#include "engine/base/base64.h"
#include "engine/content/minisign.h"

namespace freshet {

namespace minisign {

std::optional<std::vector<std::string_view>> lines(std::string_view text, std::size_t lines_max) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    if (out.size() == lines_max) return std::nullopt;
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    out.push_back(line);
  }
  return out;
}

std::optional<std::vector<std::byte>> decoded(std::string_view line, std::size_t size) {
  auto bytes = from_base64(line);
  if (!bytes || bytes->size() != size) return std::nullopt;
  return bytes;
}

bool is_comment(std::string_view text) {
  auto const control = [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  };
  return text.size() <= kCommentBytesMax && std::ranges::none_of(text, control);
}

}  // namespace minisign

namespace {

constexpr std::size_t kPublicBytes = 2 + 8 + 32;
constexpr std::size_t kSignatureBytes = 2 + 8 + 64;

tl::unexpected<Error> bad(std::string_view what, std::string_view why) {
  return fail(Errc::signature_invalid, std::string(what), std::string(why));
}

std::vector<std::byte> tagged(char const (&algorithm)[3], KeyId const& id,
                              std::span<std::byte const> rest) {
  std::vector<std::byte> bytes;
  bytes.reserve(2 + id.bytes.size() + rest.size());
  bytes.push_back(static_cast<std::byte>(algorithm[0]));
  bytes.push_back(static_cast<std::byte>(algorithm[1]));
  bytes.insert(bytes.end(), id.bytes.begin(), id.bytes.end());
  bytes.insert(bytes.end(), rest.begin(), rest.end());
  return bytes;
}

}  // namespace

std::string to_string(KeyId const& id) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string text;
  for (auto byte = id.bytes.rbegin(); byte != id.bytes.rend(); ++byte) {
    text += digits[std::to_integer<unsigned>(*byte) >> 4];
    text += digits[std::to_integer<unsigned>(*byte) & 15];
  }
  return text;
}

Result<PublicKey> parse_public_key(std::string_view text) {
  if (text.size() > kSignatureBytesMax) return bad("public key", "is too long");
  auto const lines = minisign::lines(text, 2);
  if (!lines || lines->empty()) return bad("public key", "has not one or two lines");
  if (lines->size() == 2 && !lines->front().starts_with(minisign::kUntrusted)) {
    return bad("public key", "does not begin with its comment");
  }
  auto const bytes = minisign::decoded(lines->back(), kPublicBytes);
  if (!bytes || (*bytes)[0] != std::byte{'E'} || (*bytes)[1] != std::byte{'d'}) {
    return bad("public key", "is no Ed25519 key of minisign");
  }
  PublicKey key;
  std::copy_n(bytes->begin() + 2, 8, key.id.bytes.begin());
  std::copy_n(bytes->begin() + 10, 32, key.key.begin());
  return key;
}

std::string to_base64(PublicKey const& key) {
  return to_base64(tagged("Ed", key.id, key.key));
}

std::string to_text(PublicKey const& key) {
  return std::string(minisign::kUntrusted) + "minisign public key " + to_string(key.id) + "\n" +
         to_base64(key) + "\n";
}

namespace {

Result<Signature> signature_of(std::span<std::string_view const, 4> lines) {
  if (!lines[0].starts_with(minisign::kUntrusted) || !lines[2].starts_with(minisign::kTrusted)) {
    return bad("signature", "lacks a comment");
  }
  Signature signature;
  signature.trusted_comment = lines[2].substr(minisign::kTrusted.size());
  auto const bytes = minisign::decoded(lines[1], kSignatureBytes);
  auto const global = minisign::decoded(lines[3], signature.global.size());
  if (!bytes || !global || (*bytes)[0] != std::byte{'E'}) return bad("signature", "is malformed");
  signature.prehashed = (*bytes)[1] == std::byte{'D'};
  if (!signature.prehashed && (*bytes)[1] != std::byte{'d'}) {
    return bad("signature", "is of an unknown kind");
  }
  if (!minisign::is_comment(signature.trusted_comment)) {
    return bad("trusted comment", "has control characters or is too long");
  }
  std::copy_n(bytes->begin() + 2, 8, signature.key.bytes.begin());
  std::copy_n(bytes->begin() + 10, 64, signature.signature.begin());
  std::ranges::copy(*global, signature.global.begin());
  return signature;
}

}  // namespace

Result<std::vector<Signature>> parse_signatures(std::string_view text) {
  if (text.size() > kSignatureBytesMax) return bad("signature", "is too long");
  auto const lines = minisign::lines(text, 4 * kSignaturesMax);
  if (!lines || lines->empty() || lines->size() % 4 != 0) {
    return bad("signature", "has not four lines");
  }
  std::vector<Signature> signatures;
  for (std::size_t at = 0; at < lines->size(); at += 4) {
    auto signature = signature_of(std::span(*lines).subspan(at).first<4>());
    if (!signature) return tl::unexpected(signature.error());
    signatures.push_back(std::move(*signature));
  }
  return signatures;
}

Result<Signature> parse_signature(std::string_view text) {
  auto signatures = parse_signatures(text);
  if (!signatures) return tl::unexpected(signatures.error());
  if (signatures->size() != 1) return bad("signature", "has not four lines");
  return std::move(signatures->front());
}

std::string to_text(Signature const& signature) {
  auto const& bytes = signature.signature;
  auto const tag =
      signature.prehashed ? tagged("ED", signature.key, bytes) : tagged("Ed", signature.key, bytes);
  std::string text(minisign::kUntrusted);
  text += "signature from freshet secret key\n" + to_base64(tag) + "\n";
  text.append(minisign::kTrusted).append(signature.trusted_comment);
  return text + "\n" + to_base64(signature.global) + "\n";
}

}  // namespace freshet
