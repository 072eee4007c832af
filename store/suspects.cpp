#include "store/suspects.h"

#include <algorithm>

namespace freshet::store {

namespace {

void convict_senders(PieceBook::Full const& wrong, std::span<Digest const> right, ByteRange bytes,
                     std::vector<Blame>& out) {
  auto const blocks = std::min({wrong.leaves.size(), wrong.senders.size(), right.size()});
  for (std::size_t i = 0; i < blocks; ++i) {
    if (wrong.leaves[i] == right[i]) continue;
    auto const who = wrong.senders[i];
    if (std::ranges::find(out, who, &Blame::who) != out.end()) continue;
    Bytes const begin = bytes.begin + i * kBlockBytes;
    ByteRange const block{begin, std::min(begin + kBlockBytes, bytes.end)};
    out.push_back({who, block, right[i], wrong.leaves[i], true});
  }
}

}  // namespace

void Suspects::keep(PieceBook::Full const& wrong) {
  bool const alone = std::ranges::all_of(
      wrong.senders, [&](SourceId who) { return who == wrong.senders.front(); });
  if (alone || wrong.leaves.size() > blocks_max_) return;
  attempts_.push_back(wrong);
  blocks_ += wrong.leaves.size();
  while (blocks_ > blocks_max_) {
    blocks_ -= attempts_.front().leaves.size();
    attempts_.pop_front();
  }
}

std::vector<Blame> Suspects::convict(PieceIndex piece, std::span<Digest const> right,
                                     ByteRange bytes) {
  std::vector<Blame> out;
  for (auto const& wrong : attempts_) {
    if (wrong.piece == piece) convict_senders(wrong, right, bytes, out);
  }
  std::erase_if(attempts_, [&](PieceBook::Full const& wrong) {
    if (wrong.piece != piece) return false;
    blocks_ -= wrong.leaves.size();
    return true;
  });
  return out;
}

}  // namespace freshet::store
