#include "engine/content/magnet.h"

#include <algorithm>
#include <charconv>

#include "engine/base/url.h"
#include "engine/content/torrent_file.h"

namespace freshet {

namespace {

constexpr std::string_view kScheme = "magnet:?";
// BEP 52: a multihash, 0x12 for SHA-256 and 0x20 for its 32 bytes.
constexpr std::string_view kTopic = "urn:btmh:1220";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    int const high = hex_value(text[i + 1]);
    int const low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

void add(std::vector<std::string>& list, std::string value) {
  if (list.size() < kMagnetEntriesMax) list.push_back(std::move(value));
}

struct Fields {
  std::optional<Digest> info_hash;
  std::optional<Bytes> length;
  bool twice = false;  // Two version 2 topics: nobody can say which is meant.
};

void read_topic(std::string const& value, Fields& fields) {
  if (!value.starts_with(kTopic)) return;  // Version 1 of a hybrid, or another network.
  fields.twice |= fields.info_hash.has_value();
  fields.info_hash = digest_from_hex(std::string_view(value).substr(kTopic.size()));
}

void read_length(std::string const& value, Fields& fields) {
  Bytes length = 0;
  auto const [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
  if (error == std::errc{} && end == value.data() + value.size()) fields.length = length;
}

void read_field(std::string_view name, std::string value, Fields& fields, Magnet& magnet) {
  if (name == "xt") read_topic(value, fields);
  if (name == "xl") read_length(value, fields);
  if (name == "dn" && value.size() <= kTorrentNameBytesMax) magnet.name = value;
  if (name == "tr" && is_printable(value)) add(magnet.trackers, value);
  if (name == "x.pe" && is_printable(value)) add(magnet.peers, value);
  if (name != "ws") return;
  auto const url = parse_url(value);
  if (url && url->scheme != "file") add(magnet.urls, to_string(*url));
}

}  // namespace

std::string magnet_link(ContentId const& content, std::span<std::string const> urls,
                        std::span<std::string const> trackers) {
  std::string link(kScheme);
  link.append("xt=").append(kTopic).append(to_hex(canonical_info_hash(content)));
  link += "&xl=" + std::to_string(content.length) + "&dn=" + to_hex(content.root);
  for (auto const& url : urls) link += "&ws=" + percent_encoded(url);
  for (auto const& tracker : trackers) link += "&tr=" + percent_encoded(tracker);
  return link;
}

Result<Magnet> parse_magnet(std::string_view text) {
  auto const bad = [](std::string why) {
    return fail(Errc::manifest_invalid, "magnet link", std::move(why));
  };
  if (!text.starts_with(kScheme)) return bad("does not begin with magnet:?");
  if (text.size() > kMagnetBytesMax) return bad("is too long");
  Magnet magnet;
  Fields fields;
  for (text.remove_prefix(kScheme.size()); !text.empty();) {
    auto const field = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(field.size() + 1, text.size()));
    auto const equals = std::min(field.find('='), field.size());
    auto value = decoded(field.substr(std::min(equals + 1, field.size())));
    if (!value) return bad("is not well encoded");
    read_field(field.substr(0, equals), *std::move(value), fields, magnet);
  }
  if (!fields.info_hash || fields.twice) return bad("has no version 2 info-hash");
  magnet.info_hash = *fields.info_hash;
  auto const root = digest_from_hex(magnet.name);
  if (root && fields.length && *fields.length <= kPieceBytesMax * kPiecesMax) {
    ContentId const content{*fields.length, *root};
    if (canonical_info_hash(content) == magnet.info_hash) magnet.content = content;
  }
  return magnet;
}

}  // namespace freshet
