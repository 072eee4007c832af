// Text forms of digests, content ids and trust levels.
#include <charconv>

#include "freshet/content_id.h"

namespace freshet {

namespace {

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string to_hex(Digest const& digest) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(64);
  for (std::byte const byte : digest.bytes) {
    auto const value = std::to_integer<unsigned>(byte);
    text.push_back(digits[value >> 4]);
    text.push_back(digits[value & 15]);
  }
  return text;
}

std::optional<Digest> digest_from_hex(std::string_view text) {
  Digest digest;
  if (text.size() != 2 * digest.bytes.size()) return std::nullopt;
  for (std::size_t i = 0; i < digest.bytes.size(); ++i) {
    int const high = nibble(text[2 * i]);
    int const low = nibble(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    digest.bytes[i] = static_cast<std::byte>(high * 16 + low);
  }
  return digest;
}

std::string to_string(ContentId const& id) {
  return std::to_string(id.length) + "-" + to_hex(id.root);
}

std::optional<ContentId> content_id_from_string(std::string_view text) {
  auto const dash = text.find('-');
  if (dash == std::string_view::npos || dash == 0) return std::nullopt;
  ContentId id;
  auto const [end, error] = std::from_chars(text.data(), text.data() + dash, id.length);
  if (error != std::errc{} || end != text.data() + dash) return std::nullopt;
  auto const root = digest_from_hex(text.substr(dash + 1));
  if (!root) return std::nullopt;
  id.root = *root;
  return id;
}

std::string_view to_string(Trust trust) {
  switch (trust) {
    case Trust::job:
      return "job";
    case Trust::origin:
      return "origin";
    case Trust::signer:
      return "signer";
    case Trust::computed:
      return "computed";
  }
  return "unknown";
}

}  // namespace freshet
