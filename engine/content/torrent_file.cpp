#include "engine/content/torrent_file.h"

#include <algorithm>
#include <cstring>

#include "engine/base/hash.h"
#include "engine/base/url.h"
#include "engine/content/bencode.h"

namespace freshet {

namespace {

std::string_view view(std::span<Digest const> digests) {
  static_assert(sizeof(Digest) == 32);
  return {reinterpret_cast<char const*>(digests.data()), digests.size_bytes()};
}

std::vector<Digest> to_digests(std::string_view bytes) {
  std::vector<Digest> digests(bytes.size() / sizeof(Digest));
  std::memcpy(digests.data(), bytes.data(), digests.size() * sizeof(Digest));
  return digests;
}

tl::unexpected<Error> bad(std::string_view field, std::string_view why) {
  return fail(Errc::manifest_invalid, std::string(field), std::string(why));
}

std::optional<Bytes> length_in(BencodeValue const* value) {
  auto const number = value ? value->integer() : std::nullopt;
  return number && *number >= 0 ? std::optional(static_cast<Bytes>(*number)) : std::nullopt;
}

bool is_safe_name(std::string_view name) {
  auto const control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  return !name.empty() && name.size() <= kTorrentNameBytesMax && name != "." && name != ".." &&
         name.find('/') == std::string_view::npos && !std::ranges::any_of(name, control);
}

Result<void> read_file_entry(BencodeValue const& file, ContentId& content) {
  auto const length = length_in(file.find("length"));
  if (!length) return bad("length", "is missing or no length");
  content.length = *length;
  auto const* root = file.find("pieces root");
  if (content.length == 0 && root == nullptr) return {};
  auto const bytes = root ? root->string() : std::nullopt;
  if (!bytes || bytes->size() != sizeof(Digest)) return bad("pieces root", "is no SHA-256");
  content.root = to_digests(*bytes).front();
  if (auto const* attributes = file.find("attr")) {
    auto const text = attributes->string();
    // Padding and symbolic links are no files that bytes are fetched for (BEP 47).
    if (!text || text->find_first_of("pl") != std::string_view::npos) {
      return bad("attr", "is no ordinary file");
    }
  }
  return {};
}

// The file tree has one entry, the file: {name: {"": {length, pieces root}}}.
Result<void> read_file_tree(BencodeValue const& info, TorrentFile& torrent, ContentId& content) {
  auto const* tree = info.find("file tree");
  auto const* files = tree ? tree->dict() : nullptr;
  if (files == nullptr || files->empty()) return bad("file tree", "is missing");
  auto const& [name, entry] = files->front();
  auto const* inner = entry.dict();
  bool const one = files->size() == 1 && inner != nullptr && inner->size() == 1;
  if (!one || !inner->front().first.empty()) return bad("file tree", "holds more than one file");
  if (!is_safe_name(name)) return bad("file tree", "names a file that is no plain name");
  torrent.name = name;
  return read_file_entry(inner->front().second, content);
}

// What a hybrid says to version 1 must be about the same bytes.
Result<void> check_version_1(BencodeValue const& info, Bytes length, Bytes piece_length) {
  auto const* pieces = info.find("pieces");
  if (pieces == nullptr) return {};
  if (length_in(info.find("length")) != length) {
    return bad("length", "differs between version 1 and 2");
  }
  auto const hashes = pieces->string();
  if (!hashes || hashes->size() / 20 != piece_count(length, piece_length) ||
      hashes->size() % 20 != 0) {
    return bad("pieces", "has not one hash a piece");
  }
  return {};
}

Result<std::vector<Digest>> read_layer(BencodeValue const& root, ContentId const& content,
                                       Bytes piece_length) {
  auto const pieces = piece_count(content.length, piece_length);
  auto const* layers = root.find("piece layers");
  auto const* entries = layers ? layers->dict() : nullptr;
  if (layers != nullptr && entries == nullptr) return bad("piece layers", "is no dictionary");
  std::size_t const expected = pieces > 1 ? 1 : 0;
  if ((entries ? entries->size() : 0) != expected)
    return bad("piece layers", "is not of this file");
  if (pieces == 0) return std::vector<Digest>{};
  if (pieces == 1) return std::vector<Digest>{content.root};
  auto const hashes = entries->front().second.string();
  if (entries->front().first != view({&content.root, 1}) || !hashes ||
      hashes->size() != std::size_t{pieces} * sizeof(Digest)) {
    return bad("piece layers", "is not of this file");
  }
  return to_digests(*hashes);
}

// BEP 19: a URL that ends with "/" is the folder that holds the file.
void add_url(BencodeValue const& value, std::string_view name, std::vector<std::string>& urls) {
  auto const text = value.string();
  if (!text || urls.size() >= kTorrentUrlsMax) return;
  auto url = parse_url(*text);
  if (url && url->path.ends_with('/') && !url->query) {
    url = parse_url(to_string(*url) + percent_encoded(name));
  }
  if (url && url->scheme != "file") urls.push_back(to_string(*url));
}

std::vector<std::string> read_urls(BencodeValue const& root, std::string_view name) {
  std::vector<std::string> urls;
  auto const* value = root.find("url-list");
  if (value == nullptr) return urls;
  if (value->list() == nullptr) add_url(*value, name, urls);
  if (value->list() != nullptr) {
    for (auto const& entry : *value->list()) add_url(entry, name, urls);
  }
  return urls;
}

bool is_tracker(std::string_view text) {
  auto const printable = [](char c) { return c > 0x20 && c < 0x7f; };
  bool const known =
      text.starts_with("http://") || text.starts_with("https://") || text.starts_with("udp://");
  return known && text.size() <= kUrlBytesMax && std::ranges::all_of(text, printable);
}

void add_tracker(BencodeValue const& value, std::vector<std::string>& trackers) {
  auto const text = value.string();
  if (!text || !is_tracker(*text) || trackers.size() >= kTorrentUrlsMax) return;
  if (std::ranges::find(trackers, *text) == trackers.end()) trackers.emplace_back(*text);
}

std::vector<std::string> read_trackers(BencodeValue const& root) {
  std::vector<std::string> trackers;
  auto const* tiers = root.find("announce-list");
  if (tiers != nullptr && tiers->list() != nullptr) {
    for (auto const& tier : *tiers->list()) {
      if (tier.list() == nullptr) continue;
      for (auto const& tracker : *tier.list()) add_tracker(tracker, trackers);
    }
  }
  if (auto const* tracker = root.find("announce")) add_tracker(*tracker, trackers);
  return trackers;
}

Result<void> check_version(BencodeValue const& info) {
  auto const* version = info.find("meta version");
  if (version == nullptr) return bad("info", "is of version 1, which has no hash tree");
  if (version->integer() != 2) return bad("meta version", "is not 2");
  auto const* name = info.find("name");
  if (name == nullptr || !name->string()) return bad("name", "is missing");
  if (info.find("files") != nullptr) return bad("files", "holds more than one file");
  return {};
}

void write_strings(BencodeWriter& writer, std::span<std::string const> strings) {
  writer.begin_list();
  for (auto const& text : strings) writer.string(text);
  writer.end();
}

}  // namespace

std::string canonical_info(ContentId const& content) {
  auto const name = to_hex(content.root);
  BencodeWriter writer;
  writer.begin_dict().key("file tree").begin_dict().key(name).begin_dict().key("").begin_dict();
  writer.key("length").integer(static_cast<std::int64_t>(content.length));
  // BEP 52: an empty file has no root.
  if (content.length > 0) writer.key("pieces root").string(view({&content.root, 1}));
  writer.end().end().end();
  writer.key("meta version").integer(2).key("name").string(name);
  writer.key("piece length").integer(static_cast<std::int64_t>(piece_length_for(content.length)));
  return writer.end().take();
}

Digest canonical_info_hash(ContentId const& content) {
  auto const info = canonical_info(content);
  return sha256(std::as_bytes(std::span(info)));
}

std::array<std::byte, 20> truncated(Digest const& info_hash) {
  std::array<std::byte, 20> out;
  std::copy_n(info_hash.bytes.begin(), out.size(), out.begin());
  return out;
}

Result<TorrentFile> read_torrent(std::string_view text) {
  if (text.size() > kTorrentBytesMax) return bad("torrent", "is too large");
  auto const root = parse_bencode(text);
  if (!root) return unexpected(root.error());
  auto const* info = root->find("info");
  if (info == nullptr || info->dict() == nullptr) return bad("info", "is missing");
  TorrentFile torrent;
  ContentId content;
  if (auto ok = check_version(*info); !ok) return unexpected(ok.error());
  if (auto ok = read_file_tree(*info, torrent, content); !ok) return unexpected(ok.error());
  auto const piece_length = length_in(info->find("piece length")).value_or(0);
  if (auto ok = check_geometry(content.length, piece_length); !ok) return unexpected(ok.error());
  if (auto ok = check_version_1(*info, content.length, piece_length); !ok) {
    return unexpected(ok.error());
  }
  auto layer = read_layer(*root, content, piece_length);
  if (!layer) return unexpected(layer.error());
  auto manifest = make_manifest(content, piece_length, *std::move(layer));
  if (!manifest) return unexpected(manifest.error());
  torrent.manifest = *std::move(manifest);
  torrent.urls = read_urls(*root, torrent.name);
  torrent.trackers = read_trackers(*root);
  torrent.info_hash = sha256(std::as_bytes(std::span(info->encoded())));
  torrent.canonical = torrent.info_hash == canonical_info_hash(content);
  torrent.is_private = length_in(info->find("private")) == 1;
  return torrent;
}

Result<std::string> write_torrent(Manifest const& manifest, std::span<std::string const> urls,
                                  std::span<std::string const> trackers) {
  auto const& content = manifest.content;
  if (manifest.piece_length != piece_length_for(content.length)) {
    return fail(Errc::invalid_argument, "piece length", "is not the canonical one");
  }
  if (urls.size() > kTorrentUrlsMax || trackers.size() > kTorrentUrlsMax) {
    return fail(Errc::limit_reached, "torrent", "names too many URLs");
  }
  BencodeWriter writer;
  writer.begin_dict();
  if (!trackers.empty()) {
    writer.key("announce").string(trackers.front()).key("announce-list").begin_list();
    for (auto const& tracker : trackers) write_strings(writer, {&tracker, 1});
    writer.end();
  }
  writer.key("info").encoded(canonical_info(content));
  writer.key("piece layers").begin_dict();
  if (manifest.layer.size() > 1) {
    writer.key(view({&content.root, 1})).string(view(manifest.layer));
  }
  writer.end();
  if (!urls.empty()) write_strings(writer.key("url-list"), urls);
  return writer.end().take();
}

}  // namespace freshet
