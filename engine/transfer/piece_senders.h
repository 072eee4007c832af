// Who sent which piece of a content, as its decision record shows it.
//
// Pure. Thread: engine loop. Many pieces are drawn together, each part for who sent most of it.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/content/piece_range.h"
#include "engine/ports/source_id.h"
#include "engine/transfer/json_writer.h"

namespace freshet {

class PieceSenders {
 public:
  static constexpr std::uint32_t kPartsMax = 256;

  // Of a content of so many pieces nobody is known to have sent any.
  void begin(std::uint32_t pieces) { senders_.assign(pieces, SourceId::none); }
  void sent(PieceIndex piece, SourceId who);
  void dropped(PieceIndex piece) { sent(piece, SourceId::none); }

  // As the object "pieces": how many "parts", and "senders", pairs of a source (0: nobody, or an
  // earlier run) and how many parts in a row it sent. Nothing while there are no pieces.
  void write(JsonWriter& json) const;

 private:
  [[nodiscard]] SourceId most_of(std::size_t begin, std::size_t end) const;

  std::vector<SourceId> senders_;
};

}  // namespace freshet
