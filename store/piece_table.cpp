#include "store/piece_table.h"

#include <algorithm>
#include <bit>
#include <set>

namespace freshet::store {

void put_layer(Batch& batch, SpoolId spool, std::span<Digest const> layer) {
  for (std::uint32_t chunk = 0; !layer.empty(); ++chunk) {
    auto const part = layer.first(std::min<std::size_t>(layer.size(), kLayerChunkHashes));
    batch.put(Table::layers, layer_key(spool, chunk), encode_layer(part));
    layer = layer.subspan(part.size());
  }
}

bool needs_layer(Manifest const& manifest) {
  return manifest.layer.size() > 1;
}

Result<std::shared_ptr<Manifest const>> load_manifest(KeyValue& database,
                                                      SpoolRecord const& record) {
  std::vector<Digest> layer;
  if (!record.content) return std::shared_ptr<Manifest const>{};
  if (record.layer) {
    auto const append = [&layer](std::string_view, std::string_view value) {
      return append_layer(value, layer);
    };
    auto const read = database.scan(Table::layers, spool_key(record.id), append);
    if (!read) return tl::unexpected(read.error());
  } else if (record.content->length > record.piece_length) {
    return std::shared_ptr<Manifest const>{};
  } else if (record.content->length > 0) {
    layer.push_back(record.content->root);
  }
  auto manifest = make_manifest(*record.content, record.piece_length, std::move(layer));
  if (!manifest) return fail(Errc::store_corrupt, "piece layer", manifest.error().why);
  return manifest;
}

void put_chunks(Batch& batch, SpoolId spool, PieceBook const& book,
                std::span<PieceIndex const> pieces) {
  std::set<std::uint32_t> chunks;
  for (auto const piece : pieces) chunks.insert(to_number(piece) / kChunkPieces);
  auto const& words = book.durable().words();
  for (auto const number : chunks) {
    PieceChunk chunk;
    chunk.words.resize(kChunkPieces / 64);
    for (std::size_t i = 0; i < chunk.words.size(); ++i) {
      auto const at = number * chunk.words.size() + i;
      chunk.words[i] = at < words.size() ? words[at] : 0;
    }
    auto const end = std::min(book.pieces(), (number + 1) * kChunkPieces);
    for (auto piece = number * kChunkPieces; piece < end && !book.manifest(); ++piece) {
      if (book.durable().has(PieceIndex{piece}))
        chunk.roots.push_back(book.root(PieceIndex{piece}));
    }
    batch.put(Table::pieces, chunk_key(spool, number), encode(chunk));
  }
}

namespace {

// The book is built with a manifest, or the chunk brings its own hashes; anything else is corrupt.
Result<void> restore_chunk(PieceBook& book, std::uint32_t number, PieceChunk const& chunk) {
  auto root = chunk.roots.begin();
  for (std::uint32_t i = 0; i < kChunkPieces; ++i) {
    if ((chunk.words[i / 64] >> (i % 64) & 1) == 0) continue;
    auto const piece = number * kChunkPieces + i;
    bool const known = book.manifest() || root != chunk.roots.end();
    if (piece >= book.pieces() || !known) {
      return fail(Errc::store_corrupt, "piece chunk", "it does not fit the content");
    }
    auto const hash = root != chunk.roots.end() ? *root++ : Digest{};
    // Hashes that were noted before the manifest was known have been compared with it.
    book.restore(PieceIndex{piece}, hash, true);
  }
  return {};
}

}  // namespace

Result<void> load_durable(KeyValue& database, SpoolId spool, PieceBook& book) {
  return database.scan(Table::pieces, chunk_prefix(spool),
                       [&book](std::string_view key, std::string_view value) -> Result<void> {
                         auto const number = number_of_piece_key(key);
                         auto const chunk = decode_chunk(value);
                         if (!chunk) return tl::unexpected(chunk.error());
                         if (!number || *number > book.pieces() / kChunkPieces) {
                           return fail(Errc::store_corrupt, "piece chunk",
                                       "it does not fit the content");
                         }
                         return restore_chunk(book, *number, *chunk);
                       });
}

Result<std::vector<std::pair<PieceIndex, Digest>>> load_received(KeyValue& database,
                                                                 SpoolId spool) {
  std::vector<std::pair<PieceIndex, Digest>> received;
  auto const read =
      database.scan(Table::pieces, received_prefix(spool),
                    [&received](std::string_view key, std::string_view value) -> Result<void> {
                      auto const number = number_of_piece_key(key);
                      auto const root = decode_root(value);
                      if (!root) return tl::unexpected(root.error());
                      if (!number) return fail(Errc::store_corrupt, "received piece", "bad key");
                      received.emplace_back(PieceIndex{*number}, *root);
                      return {};
                    });
  if (!read) return tl::unexpected(read.error());
  return received;
}

void erase_content(Batch& batch, SpoolId spool) {
  batch.erase(Table::contents, spool_key(spool));
  batch.erase_prefix(Table::layers, spool_key(spool));
  batch.erase_prefix(Table::pieces, spool_key(spool));
}

}  // namespace freshet::store
