#include "engine/transfer/dues.h"

#include <algorithm>
#include <utility>

namespace freshet {

namespace {

// With so many copies beside the first a piece reaches everyone soon, whoever brought it.
constexpr std::size_t kCopiesEnough = 4;

}  // namespace

void Dues::on_first(PieceIndex piece, SourceId who) {
  auto& debt = debts_[to_number(piece)];
  if (debt.copies > 0) return;
  debt = {who, per_piece_};
  owed_[who] += per_piece_;
  total_ += per_piece_;
}

void Dues::on_copy(PieceIndex piece) {
  auto& debt = debts_[to_number(piece)];
  if (debt.copies == 0) return;
  --debt.copies;
  --owed_[debt.who];
  --total_;
}

void Dues::forget(SourceId who) {
  auto const found = owed_.find(who);
  if (found == owed_.end()) return;
  total_ -= found->second;
  owed_.erase(found);
  for (auto& debt : debts_) {
    if (debt.who == who) debt = {};
  }
}

void Dues::set_members(std::size_t members) {
  auto const others = std::max<std::size_t>(members, 1) - 1;
  auto const per_piece = static_cast<std::uint32_t>(std::min(others, kCopiesEnough));
  if (std::exchange(per_piece_, per_piece) == per_piece) return;
  std::ranges::fill(debts_, Debt{});
  owed_.clear();
  total_ = 0;
}

std::uint32_t Dues::of(SourceId who) const {
  auto const found = owed_.find(who);
  return found == owed_.end() ? 0 : found->second;
}

}  // namespace freshet
