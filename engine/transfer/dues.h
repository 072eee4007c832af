// What each member of a crowd owes the others: the first copies of the pieces that it brought.
// Whoever owes much more than others has a full uplink: what it fetches next would wait there.
//
// Pure. Thread: engine loop. A piece is owed by whom it was first seen with, until so many have it
// that it spreads by itself.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "engine/content/piece_map.h"
#include "engine/ports/source_id.h"

namespace freshet {

class Dues {
 public:
  explicit Dues(std::uint32_t pieces) : debts_(pieces) {}

  // `who` has it, and nobody had it before; `none` is us.
  void on_first(PieceIndex piece, SourceId who);
  // One more has it.
  void on_copy(PieceIndex piece);
  void forget(SourceId who);
  // Ourselves included: nobody owes more copies than there are others.
  void set_members(std::size_t members);

  // Copies.
  [[nodiscard]] std::uint32_t of(SourceId who) const;
  [[nodiscard]] std::uint32_t total() const { return total_; }
  [[nodiscard]] std::uint32_t per_piece() const { return per_piece_; }

 private:
  struct Debt {
    SourceId who = SourceId::none;
    std::uint32_t copies = 0;
  };

  std::vector<Debt> debts_;  // By piece.
  std::map<SourceId, std::uint32_t> owed_;
  std::uint32_t total_ = 0;
  std::uint32_t per_piece_ = 0;
};

}  // namespace freshet
