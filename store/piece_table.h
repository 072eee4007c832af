// Pieces and layers of a content in the database: what was received, what is durable, what is
// right.
//
// Any thread; nothing here is kept.
#pragma once

#include <utility>
#include <vector>

#include "store/key_value.h"
#include "store/piece_book.h"
#include "store/spool_record.h"

namespace freshet::store {

void put_layer(Batch& batch, SpoolId spool, std::span<Digest const> layer);
// What the record says of the content's hashes; null when it says nothing.
[[nodiscard]] Result<std::shared_ptr<Manifest const>> load_manifest(KeyValue& database,
                                                                    SpoolRecord const& record);
// Whether the layer has to be stored: that of a single piece is its root.
[[nodiscard]] bool needs_layer(Manifest const& manifest);

// The durable state of the chunks that hold these pieces.
void put_chunks(Batch& batch, SpoolId spool, PieceBook const& book,
                std::span<PieceIndex const> pieces);
[[nodiscard]] Result<void> load_durable(KeyValue& database, SpoolId spool, PieceBook& book);
[[nodiscard]] Result<std::vector<std::pair<PieceIndex, Digest>>> load_received(KeyValue& database,
                                                                               SpoolId spool);

// Record, layer and pieces.
void erase_content(Batch& batch, SpoolId spool);

}  // namespace freshet::store
