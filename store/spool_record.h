// What is remembered of a content: where its bytes lie, what they are, how far they are.
// Keys and bytes: docs/store-format.md. Values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/content/geometry.h"
#include "engine/content/piece_map.h"
#include "engine/ports/source_id.h"
#include "freshet/content_id.h"
#include "freshet/error.h"
#include "store/disk.h"

namespace freshet::store {

// A placement that may or may not have happened: found out at the next start.
struct PlacingIntent {
  std::string path;       // Where the file was to appear by rename; empty when it is copied.
  std::string temporary;  // A half-written copy to remove; empty when it is renamed.
};

struct SpoolRecord {
  SpoolId id = SpoolId::none;
  std::optional<Bytes> length;
  Bytes piece_length = 0;
  std::optional<ContentId> content;
  std::optional<Digest> sha256;
  bool layer = false;  // The piece layer is in the table of layers.
  bool sealed = false;
  Bytes present = 0;  // Durable bytes.
  std::string path;   // Empty: in the spool directory, named after the id.
  FileStamp stamp;  // When sealed: what the file was then. Before: its inode, 0 until it is there.
  WallTime last_used{};
  WallTime scrubbed{};
  std::vector<PlacingIntent> placing;
};

[[nodiscard]] std::string encode(SpoolRecord const& record);
[[nodiscard]] Result<SpoolRecord> decode_spool(SpoolId id, std::string_view bytes);

[[nodiscard]] std::string spool_key(SpoolId id);
[[nodiscard]] std::optional<SpoolId> spool_of_key(std::string_view key);
[[nodiscard]] std::string file_name_of(SpoolId id);  // 16 hexadecimal digits.
[[nodiscard]] std::optional<SpoolId> spool_of_file_name(std::string_view name);

// Pieces are remembered in chunks: which are durable and, unless a layer says it, their hashes.
inline constexpr std::uint32_t kChunkPieces = 256;
struct PieceChunk {
  std::vector<std::uint64_t> words;  // kChunkPieces / 64.
  std::vector<Digest> roots;         // Of the pieces that are set, in order; empty with a layer.
};
[[nodiscard]] std::string encode(PieceChunk const& chunk);
[[nodiscard]] Result<PieceChunk> decode_chunk(std::string_view bytes);

// Prefixes and keys in the table of pieces.
[[nodiscard]] std::string chunk_prefix(SpoolId id);
[[nodiscard]] std::string chunk_key(SpoolId id, std::uint32_t chunk);
[[nodiscard]] std::string received_prefix(SpoolId id);
[[nodiscard]] std::string received_key(SpoolId id, PieceIndex piece);
// The number at the end of such a key.
[[nodiscard]] std::optional<std::uint32_t> number_of_piece_key(std::string_view key);
[[nodiscard]] std::string encode_root(Digest const& root);
[[nodiscard]] Result<Digest> decode_root(std::string_view bytes);

// The layer: consecutive hashes, kLayerChunkHashes to a record.
inline constexpr std::uint32_t kLayerChunkHashes = 2048;
[[nodiscard]] std::string layer_key(SpoolId id, std::uint32_t chunk);
[[nodiscard]] std::string encode_layer(std::span<Digest const> hashes);
[[nodiscard]] Result<void> append_layer(std::string_view bytes, std::vector<Digest>& layer);

}  // namespace freshet::store
