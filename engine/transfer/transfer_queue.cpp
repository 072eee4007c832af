#include "engine/transfer/transfer_queue.h"

#include <utility>

namespace freshet {

namespace {

constexpr std::size_t kLookedAtMax = 1024;

}  // namespace

void TransferQueue::put(std::shared_ptr<Transfer> transfer, Priority priority) {
  auto const turn = Turn{priority, ++last_turn_};
  turns_.emplace(transfer.get(), turn);
  waiting_.emplace(turn, std::move(transfer));
}

void TransferQueue::remove(Transfer const& transfer) {
  auto const turn = turns_.find(&transfer);
  if (turn == turns_.end()) return;
  waiting_.erase(turn->second);
  turns_.erase(turn);
}

void TransferQueue::hurry(Transfer const& transfer, Priority priority) {
  auto const turn = turns_.find(&transfer);
  if (turn == turns_.end() || turn->second.first <= priority) return;
  auto waiting = waiting_.extract(turn->second);
  waiting.key().first = priority;
  turn->second = waiting.key();
  waiting_.insert(std::move(waiting));
}

std::shared_ptr<Transfer> TransferQueue::take(std::function<Rank(Transfer const&)> const& rank_of) {
  auto best = waiting_.end();
  Rank least;
  std::size_t looked_at = 0;
  for (auto next = waiting_.begin(); next != waiting_.end() && looked_at < kLookedAtMax; ++next) {
    ++looked_at;
    auto const rank = rank_of(*next->second);
    if (!rank || (least && *rank >= *least)) continue;
    least = rank;
    best = next;
    if (*rank == 0) break;
  }
  if (best == waiting_.end()) return nullptr;
  auto const transfer = best->second;
  waiting_.erase(best);
  turns_.erase(transfer.get());
  return transfer;
}

}  // namespace freshet
