#include "api/com/integrity_info.h"

#include <algorithm>
#include <map>

#include "engine/base/base64.h"
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

}  // namespace

Result<IntegrityInfo> read_integrity_info(std::string_view text) {
  auto const refuse = [](std::string why) {
    return fail(Errc::invalid_argument, "IntegrityCheckInfo", std::move(why));
  };
  auto const members = text.size() > kTextBytesMax ? std::nullopt : members_of(text);
  if (!members) return refuse("is no object of strings");
  auto const url = members->find("PiecesHashFileUrl");
  if (url == members->end()) return refuse("has no PiecesHashFileUrl");
  auto const hash = members->find("HashOfHashes");
  if (hash == members->end()) {
    if (!members->contains("PiecesHashFileDigest")) return refuse("has no HashOfHashes");
    return fail(Errc::not_supported, "IntegrityCheckInfo", "has no HashOfHashes");
  }
  auto const bytes = from_base64(hash->second);
  IntegrityInfo info{url->second, {}};
  if (!bytes || bytes->size() != info.hash_of_hashes.bytes.size()) {
    return refuse("HashOfHashes is no SHA-256 in base64");
  }
  std::ranges::copy(*bytes, info.hash_of_hashes.bytes.begin());
  return info;
}

}  // namespace freshet::com
