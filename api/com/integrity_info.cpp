#include "api/com/integrity_info.h"

#include <algorithm>
#include <map>

#include "engine/base/base64.h"
#include "engine/base/url.h"
#include "engine/content/json_reader.h"

namespace freshet::com {

namespace {

constexpr std::size_t kTextBytesMax = 16 * 1024;

std::optional<std::map<std::string, std::string>> members_of(std::string_view text) {
  std::map<std::string, std::string> members;
  JsonReader in(text);
  if (!in.take('{')) return std::nullopt;
  do {
    auto const name = in.string();
    if (!name || !in.take(':')) return std::nullopt;
    auto const value = in.string();
    if (!value || !members.emplace(*name, *value).second) return std::nullopt;
  } while (in.take(','));
  if (!in.take('}') || !in.at_end()) return std::nullopt;
  return members;
}

std::optional<Digest> digest_from(std::string_view text) {
  Digest digest;
  auto const bytes = from_base64(text);
  if (!bytes || bytes->size() != digest.bytes.size()) return std::nullopt;
  std::ranges::copy(*bytes, digest.bytes.begin());
  return digest;
}

bool is_sha256(std::string_view algorithm) {
  for (std::string_view const name : {"SHA256", "SHA-256", "sha256", "sha-256"}) {
    if (algorithm == name) return true;
  }
  return false;
}

}  // namespace

Result<IntegrityInfo> read_integrity_info(std::string_view text) {
  auto const refuse = [](std::string why) {
    return fail(Errc::invalid_argument, "IntegrityCheckInfo", std::move(why));
  };
  auto const members = text.size() > kTextBytesMax ? std::nullopt : members_of(text);
  if (!members) return refuse("is no object of strings");
  auto const url = members->find("PiecesHashFileUrl");
  if (url == members->end()) return refuse("has no PiecesHashFileUrl");
  IntegrityInfo info{url->second, {}, {}};
  auto const hash = members->find("HashOfHashes");
  if (hash != members->end()) {
    info.hash_of_hashes = digest_from(hash->second);
    if (!info.hash_of_hashes) return refuse("HashOfHashes is no SHA-256 in base64");
  }
  auto const digest = members->find("PiecesHashFileDigest");
  if (digest != members->end()) {
    auto const algorithm = members->find("PiecesHashFileDigestAlgorithm");
    if (algorithm != members->end() && !is_sha256(algorithm->second)) {
      return fail(Errc::not_supported, "IntegrityCheckInfo", "its digest is no SHA-256");
    }
    info.digest = digest_from(digest->second);
    if (!info.digest) return refuse("PiecesHashFileDigest is no SHA-256 in base64");
  }
  if (!info.hash_of_hashes && !info.digest) return refuse("has neither HashOfHashes nor digest");
  return info;
}

bool is_unavailable(std::string const& url, Error const& error) {
  bool const wrong = error.code == Errc::manifest_invalid || error.code == Errc::manifest_mismatch;
  return !url.empty() && !wrong && error.where == redact(url);
}

}  // namespace freshet::com
