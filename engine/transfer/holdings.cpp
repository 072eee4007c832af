#include "engine/transfer/holdings.h"

#include <bit>
#include <utility>

namespace freshet {

Holdings::Holdings(PieceMap own)
    : own_(std::move(own)),
      holders_(own_.size()),
      since_(own_.size()),
      had_(own_.size()),
      known_(own_),
      out_(own_.count()),
      dues_(own_.size()) {}

bool Holdings::on_peer(SourceId peer, PieceMap const& before, PieceMap const& after,
                       TimePoint now) {
  bool news = false;
  for (std::size_t word = 0; word < after.words().size(); ++word) {
    auto changed = after.words()[word] ^ before.words()[word];
    for (; changed != 0; changed &= changed - 1) {
      auto const bit = static_cast<unsigned>(std::countr_zero(changed));
      auto const index = word * 64 + bit;
      bool const ours = own_.has(PieceIndex{static_cast<std::uint32_t>(index)});
      auto& count = holders_[index];
      if ((after.words()[word] >> bit & 1) == 0) {
        if (--count > 0) continue;
        had_[index] = now - since_[index];
        if (!ours) --out_;
        continue;
      }
      PieceIndex const piece{static_cast<std::uint32_t>(index)};
      count == 0 && !ours ? dues_.on_first(piece, peer) : dues_.on_copy(piece);
      if (count++ > 0) continue;
      since_[index] = now - had_[index];
      if (!ours) ++out_;
      news = known_.set(piece) || news;
    }
  }
  return news;
}

void Holdings::on_own(PieceIndex piece, bool present) {
  bool const changed = present ? own_.set(piece) : own_.reset(piece);
  if (!changed) return;
  if (present) known_.set(piece);
  if (present) with_peers(piece) ? dues_.on_copy(piece) : dues_.on_first(piece, SourceId::none);
  if (with_peers(piece)) return;
  present ? ++out_ : --out_;
}

}  // namespace freshet
