#include "store/spool_record.h"

#include <bit>
#include <charconv>

#include "engine/content/manifest.h"
#include "store/codec.h"

namespace freshet::store {

namespace {

constexpr std::uint8_t kSpoolVersion = 1;
constexpr std::uint8_t kPieceVersion = 1;
constexpr std::uint8_t kLayerVersion = 1;
constexpr char kChunkMark = 1;
constexpr char kReceivedMark = 2;

void put_stamp(Encoder& out, FileStamp const& stamp) {
  out.number(stamp.device);
  out.number(stamp.inode);
  out.number(stamp.size);
  out.signed_number(stamp.modified_ns);
  out.signed_number(stamp.changed_ns);
}

FileStamp get_stamp(Decoder& in) {
  FileStamp stamp;
  stamp.device = in.number();
  stamp.inode = in.number();
  stamp.size = in.number();
  stamp.modified_ns = in.signed_number();
  stamp.changed_ns = in.signed_number();
  return stamp;
}

WallTime get_time(Decoder& in) {
  return WallTime{std::chrono::milliseconds{in.signed_number()}};
}

}  // namespace

std::string encode(SpoolRecord const& record) {
  Encoder out;
  out.byte(kSpoolVersion);
  out.maybe(record.length, [&](Bytes value) { out.number(value); });
  out.number(record.piece_length);
  out.maybe(record.content, [&](ContentId const& value) {
    out.number(value.length);
    out.digest(value.root);
  });
  out.maybe(record.sha256, [&](Digest const& value) { out.digest(value); });
  out.flag(record.layer);
  out.flag(record.sealed);
  out.number(record.present);
  out.text(record.path);
  put_stamp(out, record.stamp);
  out.signed_number(record.last_used.time_since_epoch().count());
  out.signed_number(record.scrubbed.time_since_epoch().count());
  out.number(record.placing.size());
  for (auto const& intent : record.placing) {
    out.text(intent.path);
    out.text(intent.temporary);
  }
  return out.take();
}

Result<SpoolRecord> decode_spool(SpoolId id, std::string_view bytes) {
  Decoder in(bytes);
  if (auto const version = record_version(in, kSpoolVersion, "content record"); !version) {
    return tl::unexpected(version.error());
  }
  SpoolRecord record;
  record.id = id;
  record.length = in.maybe([&] { return in.number(); });
  record.piece_length = in.number();
  record.content = in.maybe([&] {
    ContentId content;
    content.length = in.number();
    content.root = in.digest();
    return content;
  });
  record.sha256 = in.maybe([&] { return in.digest(); });
  record.layer = in.flag();
  record.sealed = in.flag();
  record.present = in.number();
  record.path = in.text();
  record.stamp = get_stamp(in);
  record.last_used = get_time(in);
  record.scrubbed = get_time(in);
  for (auto left = in.count(); left > 0 && !in.failed(); --left) {
    PlacingIntent intent;
    intent.path = in.text();
    intent.temporary = in.text();
    record.placing.push_back(std::move(intent));
  }
  // Geometry is computed with; a piece length of 0 or far too many pieces must not get in.
  if (!check_geometry(record.length.value_or(0), record.piece_length)) in.fail();
  if (auto const good = in.finish("content record"); !good) return tl::unexpected(good.error());
  return record;
}

std::string spool_key(SpoolId id) {
  std::string key;
  append_key(key, static_cast<std::uint64_t>(id));
  return key;
}

std::optional<SpoolId> spool_of_key(std::string_view key) {
  auto const number = key_number(key, 0);
  if (!number || key.size() != 8) return std::nullopt;
  return SpoolId{*number};
}

std::string file_name_of(SpoolId id) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string name;
  for (int shift = 60; shift >= 0; shift -= 4) {
    name.push_back(digits[static_cast<std::uint64_t>(id) >> shift & 15]);
  }
  return name;
}

std::optional<SpoolId> spool_of_file_name(std::string_view name) {
  std::uint64_t number = 0;
  auto const [end, error] = std::from_chars(name.data(), name.data() + name.size(), number, 16);
  if (name.size() != 16 || error != std::errc{} || end != name.data() + name.size()) {
    return std::nullopt;
  }
  return SpoolId{number};
}

std::string encode(PieceChunk const& chunk) {
  Encoder out;
  out.byte(kPieceVersion);
  for (auto const word : chunk.words) out.number(word);
  out.flag(!chunk.roots.empty());
  for (auto const& root : chunk.roots) out.digest(root);
  return out.take();
}

Result<PieceChunk> decode_chunk(std::string_view bytes) {
  Decoder in(bytes);
  if (auto const version = record_version(in, kPieceVersion, "piece chunk"); !version) {
    return tl::unexpected(version.error());
  }
  PieceChunk chunk;
  std::size_t set = 0;
  for (std::uint32_t i = 0; i < kChunkPieces / 64; ++i) {
    chunk.words.push_back(in.number());
    set += static_cast<std::size_t>(std::popcount(chunk.words.back()));
  }
  if (in.flag()) {
    for (std::size_t i = 0; i < set; ++i) chunk.roots.push_back(in.digest());
  }
  if (auto const good = in.finish("piece chunk"); !good) return tl::unexpected(good.error());
  return chunk;
}

std::string chunk_prefix(SpoolId id) {
  return spool_key(id) + kChunkMark;
}

std::string chunk_key(SpoolId id, std::uint32_t chunk) {
  auto key = chunk_prefix(id);
  append_key32(key, chunk);
  return key;
}

std::string received_prefix(SpoolId id) {
  return spool_key(id) + kReceivedMark;
}

std::string received_key(SpoolId id, PieceIndex piece) {
  auto key = received_prefix(id);
  append_key32(key, to_number(piece));
  return key;
}

std::optional<std::uint32_t> number_of_piece_key(std::string_view key) {
  if (key.size() != 13) return std::nullopt;
  return key_number32(key, 9);
}

std::string encode_root(Digest const& root) {
  Encoder out;
  out.byte(kPieceVersion);
  out.digest(root);
  return out.take();
}

Result<Digest> decode_root(std::string_view bytes) {
  Decoder in(bytes);
  if (auto const version = record_version(in, kPieceVersion, "received piece"); !version) {
    return tl::unexpected(version.error());
  }
  auto const root = in.digest();
  if (auto const good = in.finish("received piece"); !good) return tl::unexpected(good.error());
  return root;
}

std::string layer_key(SpoolId id, std::uint32_t chunk) {
  auto key = spool_key(id);
  append_key32(key, chunk);
  return key;
}

std::string encode_layer(std::span<Digest const> hashes) {
  Encoder out;
  out.byte(kLayerVersion);
  for (auto const& hash : hashes) out.digest(hash);
  return out.take();
}

Result<void> append_layer(std::string_view bytes, std::vector<Digest>& layer) {
  Decoder in(bytes);
  if (auto const version = record_version(in, kLayerVersion, "piece layer"); !version) {
    return tl::unexpected(version.error());
  }
  while (in.left() > 0) layer.push_back(in.digest());
  return in.finish("piece layer");
}

}  // namespace freshet::store
