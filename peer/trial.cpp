#include "peer/trial.h"

namespace freshet::peer {

void Trial::judged(PieceIndex piece, std::uint32_t blocks, bool right) {
  auto const found = blocks_.find(to_number(piece));
  if (found == blocks_.end()) return;
  if (!right) on_ = true;
  if (right && found->second >= blocks) on_ = false;
  blocks_.erase(found);
}

}  // namespace freshet::peer
