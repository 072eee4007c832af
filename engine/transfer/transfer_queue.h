// The transfers that wait for a place, in order: by priority, then by arrival.
//
// Thread: engine loop. Owned by `Transfers`.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>

#include "freshet/job.h"

namespace freshet {

class Transfer;

class TransferQueue {
 public:
  void put(std::shared_ptr<Transfer> transfer, Priority priority);
  void remove(Transfer const& transfer);
  // Someone of this priority waits for it too.
  void hurry(Transfer const& transfer, Priority priority);
  [[nodiscard]] bool empty() const { return waiting_.empty(); }
  // Of those in front the first of rank 0, else the one whose rank is least; null when none has
  // any.
  using Rank = std::optional<std::uint64_t>;
  [[nodiscard]] std::shared_ptr<Transfer> take(std::function<Rank(Transfer const&)> const& rank);
  template <typename With>
  void for_each(With with) const {
    for (auto const& [turn, transfer] : waiting_) with(*transfer);
  }

 private:
  using Turn = std::pair<Priority, std::uint64_t>;
  std::map<Turn, std::shared_ptr<Transfer>> waiting_;
  std::unordered_map<Transfer const*, Turn> turns_;
  std::uint64_t last_turn_ = 0;
};

}  // namespace freshet
